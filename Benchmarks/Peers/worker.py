"""Measures one peer on all layers at one number of threads: a process of its own in every round.

A peer is a module in peers/ with

    NAME        of the library
    VARIANTS    the ways to call it, named after the layout of its input and output
    version()   of the library
    prepare(layer, variant, threads)    -> run, output

where run() computes the layer once, weights packed before, and output() is its last result as
N C *spatial.
"""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from layers import Layer, relative_error

# As much as convbench spends on a layer.
SECONDS = 0.06  # as long as convbench runs a layer a round
WARM_UP_SECONDS = 0.01


def measure(run):
    """The times of runs in ms, the fastest and the median, after runs that warm the caches."""
    repeat(run, seconds=WARM_UP_SECONDS, least=1)
    times = repeat(run, seconds=SECONDS, least=3)
    return {"ms": 1e3 * min(times), "median_ms": 1e3 * median(times)}


def repeat(run, seconds, least):
    """The times of runs, in seconds."""
    times = []
    while len(times) < least or sum(times) < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times


def result(peer, layer, variant, threads, reference):
    """The time and error of a layer, or what went wrong: a peer need not be able to do all."""
    try:
        run, output = peer.prepare(layer, variant, threads)
        return measure(run) | {"error": relative_error(output(), reference)}
    except Exception as problem:
        return {"failure": f"{type(problem).__name__}: {problem}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", help="a module in peers/")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--work", type=Path, required=True, help="the folder of layers.json")
    parser.add_argument("--output", type=Path, required=True, help="a JSON object a line")
    arguments = parser.parse_args()

    layers = json.loads((arguments.work / "layers.json").read_text())
    with arguments.output.open("w", buffering=1) as file:
        try:
            peer = importlib.import_module(f"peers.{arguments.peer}")
            about = {"name": peer.NAME, "version": peer.version()}
            print(json.dumps(about), file=file)
        except Exception as problem:
            print(json.dumps({"missing": f"{type(problem).__name__}: {problem}"}), file=file)
            sys.exit()
        for index, layer in enumerate(map(Layer.from_json, layers)):
            reference = np.load(arguments.work / f"{index}.npy")
            for variant in peer.VARIANTS:
                line = result(peer, layer, variant, arguments.threads, reference)
                print(json.dumps({"layer": index, "variant": variant, **line}), file=file)


if __name__ == "__main__":
    main()
