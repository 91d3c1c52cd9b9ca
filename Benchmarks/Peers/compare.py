"""Measures the library beside its peers, in alternating rounds, and writes what came out.

Every round runs, at every number of threads, convbench in both layouts and each peer in a process
of its own, so that a noisy minute falls on all alike. Beside each of them convbench measures the
machine's FMA peak.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from comparison import Comparison
from layers import Layer
from picture import picture
from table import markdown

HERE = Path(__file__).parent
PEERS = "onednn onednn32 onednn26 torch onnxruntime openvino litert ncnn mnn".split()
OURS = {"nhwc": "channels-last", "nchw": "channels-first"}
SMALLEST_LAYER = 'mb1_ic8ih8oc8kh1_n"peak"'
PEER_SECONDS = 600  # A peer that hangs is not waited for longer.


class Convbench:
    """Our side: the benchmark's executable."""

    def __init__(self, path, work):
        self.path, self.report = path, work / "convbench.json"

    def run(self, layers, threads, *options):
        """What convbench's JSON says of the layers."""
        self.report.unlink(missing_ok=True)
        command = [self.path, *layers, "--threads", str(threads), *options, "--json", self.report]
        finished = subprocess.run(command, capture_output=True, text=True)
        # Where a layer is wrong it fails, but has written its report.
        if not self.report.exists():
            sys.exit(finished.stderr.strip())
        return json.loads(self.report.read_text())

    def peak(self, threads):
        machine = self.run([SMALLEST_LAYER], threads, "--rounds", "3")["machine"]
        return machine["peak_gflops"]


def run_peer(peer, threads, work):
    """What a peer's process says: a line about it, then one a layer and variant."""
    output = work / f"{peer}.jsonl"
    output.write_text("")
    command = [sys.executable, HERE / "worker.py", peer]
    command += ["--threads", str(threads), "--work", work, "--output", output]
    environment = os.environ | {
        "OMP_NUM_THREADS": str(threads),
        "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT",
    }
    try:
        finished = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PEER_SECONDS
        )
        problem = finished.returncode and f"ended with code {finished.returncode}"
    except subprocess.TimeoutExpired:
        problem = f"stopped after {PEER_SECONDS} s"
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    if problem:
        print(f"{peer}: {problem} after {len(lines)} results", file=sys.stderr)
    return lines


def measure(arguments, work):
    """Yields the comparison so far after every round."""
    convbench = Convbench(arguments.convbench, work)
    first = convbench.run(arguments.layers, 1, "--rounds", "1")
    (work / "layers.json").write_text(json.dumps(first["layers"]))
    layers = [Layer.from_json(layer) for layer in first["layers"]]
    for index, layer in enumerate(layers):
        np.save(work / f"{index}.npy", layer.reference())

    date = datetime.date.today().isoformat()
    comparison = Comparison.start(layers, first["machine"], date)
    for comparison.rounds in range(1, arguments.rounds + 1):
        for threads in arguments.threads:
            for layout in OURS:
                comparison.add_peak(threads, convbench.peak(threads))
                options = ["--rounds", "3", "--layout", layout]
                report = convbench.run(arguments.layers, threads, *options)
                add_ours(comparison, threads, layout, report)
            for peer in arguments.peers:
                if peer not in comparison.missing:
                    print(f"round {comparison.rounds}, threads {threads}: {peer}", file=sys.stderr)
                    comparison.add_peak(threads, convbench.peak(threads))
                    add_peer(comparison, threads, peer, run_peer(peer, threads, work))
        yield comparison


def add_ours(comparison, threads, layout, report):
    for index, layer in enumerate(report["layers"]):
        names = {"ms": "min_ms", "median_ms": "median_ms", "error": "max_rel_error"}
        result = {name: layer[key] for name, key in names.items()}
        comparison.add(index, threads, OURS[layout], result)


def add_peer(comparison, threads, peer, lines):
    about, *results = lines or [{"missing": "its process crashed"}]
    if "missing" in about:
        comparison.missing[peer] = about["missing"]
        return
    comparison.add_peer(about)
    for result in results:
        index, variant = result.pop("layer"), result.pop("variant")
        comparison.add_peer_result(index, threads, about["name"], variant, result)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--convbench", required=True, help="its executable")
    parser.add_argument("--layers", nargs="+", default=["peers"], help="as convbench's")
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
            text = json.dumps(comparison.json(), indent=1)
            (arguments.output / "comparison.json").write_text(text + "\n")
            (arguments.output / "comparison.md").write_text(markdown(comparison))
            for threads in arguments.threads:
                name = f"comparison-{threads}.svg"
                (arguments.output / name).write_text(picture(comparison, threads))
    print(markdown(comparison))


if __name__ == "__main__":
    main()
