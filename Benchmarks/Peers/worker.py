"""Measures one peer on all layers at one number of threads: a process of its own in every round.

A peer is a module in peers/ with

    NAME        of the library
    VARIANTS    the ways to call it, named after the layout of its input and output
    version()   of the library
    prepare(layer, variant, threads)    -> run, output

where run() computes the layer once, weights packed before, and output() is its last result as
N C *spatial. One that trains also has

    prepare_training(layer, variant, threads)    -> run, outputs

where run() computes the output and all gradients, and outputs() are the output and the gradients of
input, weights (O I/groups *kernel) and bias.
"""

import argparse
import importlib
import json
import os
import signal
import sys
import time
from itertools import islice, product
from pathlib import Path
from statistics import median

import numpy as np

from layers import Layer
from reference import relative_error
from tasks import TASKS

SECONDS = 0.06  # as long as convbench runs a layer a round
WARM_UP_SECONDS = 0.01
SLOW_SECONDS = 1
LIMIT_SECONDS = 30  # for a layer, preparing included; then the process is ended


def measure(run):
    """The times of runs in ms, the fastest and the median, after runs that warm the caches.

    A slow layer is run once and no more.
    """
    times = repeat(run, seconds=WARM_UP_SECONDS, least=1)
    if times[0] < SLOW_SECONDS:
        times = repeat(run, seconds=SECONDS, least=3)
    return {"ms": 1e3 * min(times), "median_ms": 1e3 * median(times)}


def repeat(run, seconds, least):
    """The times of runs, in seconds."""
    times, total = [], 0
    while len(times) < least or total < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
        total += times[-1]
    return times


def result(prepare, layer, variant, threads, references):
    """The time and error of a layer, or what went wrong: a peer need not be able to do all."""
    try:
        run, outputs = prepare(layer, variant, threads)
        times = measure(run)
        results, references = outputs(), np.load(references).values()
        if isinstance(results, np.ndarray):
            results = [results]
        errors = [relative_error(*pair) for pair in zip(results, references, strict=True)]
        return times | {"error": max(errors)}
    except Exception as problem:
        return {"failure": f"{type(problem).__name__}: {problem}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", help="a module in peers/")
    parser.add_argument("--task", choices=TASKS, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--skip", type=int, default=0, help="so many results, which are known")
    parser.add_argument("--work", type=Path, required=True, help="the folder of layers.json")
    parser.add_argument("--output", type=Path, required=True, help="a JSON object a line")
    arguments = parser.parse_args()

    signal.alarm(LIMIT_SECONDS)
    layers = map(Layer.from_json, json.loads((arguments.work / "layers.json").read_text()))
    with arguments.output.open("w", buffering=1) as file:
        try:
            peer = importlib.import_module(f"peers.{arguments.peer}")
            prepare = getattr(peer, TASKS[arguments.task].prepare)
            about = {"name": peer.NAME, "version": peer.version(), "variants": peer.VARIANTS}
            print(json.dumps(about), file=file)
        except Exception as problem:
            print(json.dumps({"missing": f"{type(problem).__name__}: {problem}"}), file=file)
            sys.exit()
        runs = product(enumerate(layers), peer.VARIANTS)
        for (index, layer), variant in islice(runs, arguments.skip, None):
            signal.alarm(LIMIT_SECONDS)
            references = arguments.work / f"{index}.npz"
            line = result(prepare, layer, variant, arguments.threads, references)
            print(json.dumps(line), file=file)
    os._exit(0)  # no matter what a library does at its end


if __name__ == "__main__":
    main()
