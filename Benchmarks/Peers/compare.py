"""Measures the library beside its peers, in alternating rounds, and writes what came out.

Every round runs, at every number of threads, convbench in both layouts and each peer in a process
of its own, so that a noisy minute falls on all alike. Beside each of them convbench measures the
machine's FMA peak.
"""

import argparse
import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import numpy as np

from comparison import Comparison
from layers import Layer
from report import write
from table import markdown

HERE = Path(__file__).parent
PEERS = (
    "onednn onednn32 onednn26 torch onnxruntime openvino litert ncnn mnn opencv tract mlx"
).split()
OURS = {"nhwc": "channels-last", "nchw": "channels-first"}
SMALLEST_LAYER = 'mb1_ic8ih8oc8kh1_n"peak"'
MOST_PROCESSES = 20  # of a peer that crashes again and again


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


class Peer:
    """Another library's side: worker.py, and again behind a layer that it crashed on."""

    def __init__(self, module, work):
        self.work, self.output = work, work / f"{module}.jsonl"
        self.command = [sys.executable, HERE / "worker.py", module]
        self.command += ["--work", work, "--output", self.output]

    def run(self, threads):
        """What the processes say: of the library, and of every layer and variant in turn."""
        about, results = None, []
        environment = os.environ | {
            "OMP_NUM_THREADS": str(threads),
            "OPENBLAS_NUM_THREADS": str(threads),
            "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT",
        }
        for _ in range(MOST_PROCESSES):
            options = ["--threads", str(threads), "--skip", str(len(results))]
            self.output.write_text("")
            ended = subprocess.run(
                self.command + options, env=environment, capture_output=True, text=True
            )
            lines = [json.loads(line) for line in self.output.read_text().splitlines()]
            about = about or (lines or [{"missing": "its process crashed"}])[0]
            results += lines[1:]
            if ended.returncode == 0 or "missing" in about:
                break
            results.append({"failure": f"its process ended: {ending(ended.returncode)}"})
        return about, results


def ending(code):
    if code >= 0:
        return f"code {code}"
    return "too slow" if code == -signal.SIGALRM else signal.Signals(-code).name


def measure(arguments, work):
    """Yields the comparison so far after every round."""
    convbench = Convbench(arguments.convbench, work)
    comparison = None
    for round in range(1, arguments.rounds + 1):
        for threads in arguments.threads:
            for layout in OURS:
                say(f"round {round}, threads {threads}: ours, {OURS[layout]}")
                peak = convbench.peak(threads)
                options = ["--rounds", "3", "--layout", layout]
                report = convbench.run(arguments.layers, threads, *options)
                if not comparison:
                    comparison = start(report, work)
                comparison.add_peak(threads, peak)
                add_ours(comparison, threads, layout, report)
            for module in arguments.peers:
                if module not in comparison.missing:
                    say(f"round {round}, threads {threads}: {module}")
                    comparison.add_peak(threads, convbench.peak(threads))
                    add_peer(comparison, threads, module, *Peer(module, work).run(threads))
        comparison.rounds = round
        yield comparison


def start(report, work):
    """An empty comparison on the layers of convbench's report; what peers need to know of them."""
    (work / "layers.json").write_text(json.dumps(report["layers"]))
    layers = [Layer.from_json(layer) for layer in report["layers"]]
    for index, layer in enumerate(layers):
        np.save(work / f"{index}.npy", layer.reference())
    return Comparison.start(layers, report["machine"], datetime.date.today().isoformat())


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
            write(comparison, arguments.output)
    print(markdown(comparison))


if __name__ == "__main__":
    main()
