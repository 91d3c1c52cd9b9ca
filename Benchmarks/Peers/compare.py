"""Measures the library beside its peers, in alternating rounds, and writes what came out.

Every round runs, at every number of threads, convbench in both layouts and each peer in a process
of its own, so that a noisy minute falls on all alike. Beside each of them convbench measures the
machine's FMA peak.
"""

import argparse
import datetime
import json
import sys
import tempfile
from itertools import product
from pathlib import Path

import numpy as np

from comparison import Comparison
from layers import Layer
from processes import Convbench, Peer
from report import write
from tasks import TASKS

HERE = Path(__file__).parent
PEERS = (
    "onednn onednn32 onednn26 torch onnxruntime openvino litert ncnn mnn opencv tract mlx"
).split()
OURS = {"nhwc": "channels-last", "nchw": "channels-first"}


def measure(arguments, work):
    """Yields the comparison so far after every round."""
    convbench = Convbench(arguments.convbench, work)
    options = ["--rounds", "3", *TASKS[arguments.task].convbench]
    if arguments.batch:
        options += ["--batch", str(arguments.batch)]
    comparison = None
    for round in range(1, arguments.rounds + 1):
        for threads in arguments.threads:
            for layout in OURS:
                say(f"round {round}, threads {threads}: ours, {OURS[layout]}")
                peak = convbench.peak(threads)
                report = convbench.run(arguments.layers, threads, "--layout", layout, *options)
                if not comparison:
                    comparison = start(report, arguments.task, work)
                comparison.add_peak(threads, peak)
                add_ours(comparison, threads, layout, report)
            for module in arguments.peers:
                if module not in comparison.missing:
                    say(f"round {round}, threads {threads}: {module}")
                    comparison.add_peak(threads, convbench.peak(threads))
                    peer = Peer(module, arguments.task, work)
                    add_peer(comparison, threads, module, *peer.run(threads))
        comparison.rounds = round
        yield comparison


def start(report, task, work):
    """An empty comparison on the layers of convbench's report; what peers need to know of them."""
    (work / "layers.json").write_text(json.dumps(report["layers"]))
    layers = [Layer.from_json(layer) for layer in report["layers"]]
    for index, layer in enumerate(layers):
        np.savez(work / f"{index}.npz", *TASKS[task].outputs(layer))
    return Comparison.start(layers, task, report, datetime.date.today().isoformat())


def add_ours(comparison, threads, layout, report):
    for index, layer in enumerate(report["layers"]):
        names = {"ms": "min_ms", "median_ms": "median_ms", "error": "max_rel_error"}
        result = {name: layer[key] for name, key in names.items()}
        comparison.add(index, threads, OURS[layout], result)


def add_peer(comparison, threads, module, about, results):
    if "missing" in about:
        comparison.missing[module] = about["missing"]
        return
    comparison.add_peer(about)
    runs = product(range(len(comparison.layers)), about["variants"])
    for (index, variant), result in zip(runs, results):
        comparison.add_peer_result(index, threads, about["name"], variant, result)


def say(words):
    print(f"{datetime.datetime.now():%H:%M:%S} {words}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--convbench", required=True, help="its executable")
    parser.add_argument("--layers", nargs="+", default=["peers"], help="as convbench's")
    parser.add_argument("--batch", type=int, help="images a layer, as convbench's")
    parser.add_argument("--task", choices=TASKS, default="forward")
    parser.add_argument("--peers", nargs="*", default=PEERS, help=f"of {', '.join(PEERS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--output", type=Path, default=HERE / "results", help="a folder")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error(f"--rounds: got {arguments.rounds}, expected at least 1")
    if unknown := set(arguments.peers) - set(PEERS):
        parser.error(f"--peers: got {', '.join(unknown)}, expected some of {', '.join(PEERS)}")

    arguments.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        for comparison in measure(arguments, Path(work)):
            text = write(comparison, arguments.output)
    print(text)


if __name__ == "__main__":
    main()
