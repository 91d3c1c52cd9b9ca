"""Measures whole models on the library and its peers, in alternating rounds, and writes what came
out: times of runs, to load and plan, and memory.

Every round runs each model at every number of threads on all in turn, each in a process of its
own, so that a noisy minute falls on all alike.
"""

import argparse
import datetime
import sys
import tempfile
from pathlib import Path

import models
from compare import HERE, say
from model_comparison import OURS, ModelComparison
from processes import Convbench, ModelPeer
from report import write
from results import results

PEERS = "onnxruntime openvino ncnn mnn mnn_least_winograd tract".split()


def measure(arguments, work):
    """Yields the comparison so far after every round."""
    convbench = Convbench(arguments.convbench, work)
    chosen = models.find(arguments.models)
    today = datetime.date.today().isoformat()
    comparison = ModelComparison.start(chosen, convbench.smallest(), today)
    peers = {module: ModelPeer(module, work) for module in arguments.peers}
    for round in range(1, arguments.rounds + 1):
        for threads in arguments.threads:
            for index, model in enumerate(chosen):
                say(f"round {round}, threads {threads}: {model.name}")
                comparison.add(index, threads, OURS, convbench.model(model, threads))
                for module, peer in peers.items():
                    if module not in comparison.missing:
                        add_peer(comparison, index, threads, module, *peer.run(model, threads))
        comparison.rounds = round
        yield comparison


def add_peer(comparison, index, threads, module, about, result):
    if "missing" in about:
        comparison.missing[module] = about["missing"]
        return
    comparison.add_peer(about)
    comparison.add(index, threads, about["name"], result)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--convbench", required=True, help="its executable")
    parser.add_argument("--models", nargs="+", default=["all"], help="names, or folders; or all")
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
