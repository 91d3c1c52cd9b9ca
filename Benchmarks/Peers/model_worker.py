"""Measures one peer on one model at one number of threads, in a process of its own: so its memory
is that of the library and the model.

A peer that runs whole models is a module in peers/ with, besides NAME and version(),

    load(model, threads)        -> run, outputs
    convert(model, folder)      -> the model's file in the library's own format, where it does not
                                   read ONNX: no part of what is measured

where run() computes the outputs once and outputs() are the last ones as arrays by name.
"""

import argparse
import importlib
import json
import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median

from models import Model
from reference import relative_error
from worker import IMPORT_LIMIT_SECONDS, repeat

SECONDS, LEAST_RUNS = 1, 5  # as convbench's
SLOW_SECONDS = 5  # one that takes longer is run once
LIMIT_SECONDS = 120  # for all of it


def result(peer, model, threads):
    """What the model takes, or what went wrong: a peer need not be able to run all."""
    try:
        model.arrays
        resident = memory("VmRSS")
        start = time.perf_counter()
        run, outputs = peer.load(model, threads)
        load = time.perf_counter() - start
        times = repeat(run, seconds=0, least=1)
        if times[0] < SLOW_SECONDS:
            times = repeat(run, seconds=SECONDS, least=LEAST_RUNS)
        peak = memory("VmHWM")
        computed = outputs()
        errors = [relative_error(computed[name], y) for name, y in model.references.items()]
    except Exception as problem:
        return {"failure": f"{type(problem).__name__}: {problem}"}
    return {
        "load_ms": 1e3 * load,
        "median_ms": 1e3 * median(times),
        "resident_bytes": resident,
        "peak_bytes": peak,
        "error": max(errors),
    }


def memory(name):
    """A line of Linux's account of the process, in bytes."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return 1024 * int(lines[name].split()[0])


def converted(peer, model, folder):
    """The model in the format that the peer reads; its files are written once and then kept."""
    if not hasattr(peer, "convert"):
        return model
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(1) as process:  # its memory does not count
        path = process.submit(peer.convert, model, folder).result()
    return replace(model, path=str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", help="a module in peers/")
    parser.add_argument("--model", type=Model.from_json, required=True, help="as JSON")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where converted models are kept")
    parser.add_argument("--output", type=Path, required=True, help="a JSON object a line")
    arguments = parser.parse_args()

    signal.alarm(IMPORT_LIMIT_SECONDS)
    with arguments.output.open("w", buffering=1) as file:
        try:
            peer = importlib.import_module(f"peers.{arguments.peer}")
            about = {"name": peer.NAME, "version": peer.version()}
        except Exception as problem:
            about = {"missing": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(about), file=file)
        if "missing" not in about:
            signal.alarm(LIMIT_SECONDS)
            folder = arguments.work / arguments.peer / arguments.model.name
            try:
                model = converted(peer, arguments.model, folder)
                line = result(peer, model, arguments.threads)
            except Exception as problem:
                line = {"failure": f"not converted: {problem}"}
            print(json.dumps(line), file=file)
    os._exit(0)  # no matter what a library does at its end


if __name__ == "__main__":
    main()
