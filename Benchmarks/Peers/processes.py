"""The processes that measure: convbench, and worker.py for each peer."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

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

    def __init__(self, module, task, work):
        self.output = work / f"{module}.jsonl"
        self.command = [sys.executable, Path(__file__).with_name("worker.py"), module]
        self.command += ["--task", task, "--work", work, "--output", self.output]

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
