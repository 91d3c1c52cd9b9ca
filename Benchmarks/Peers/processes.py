"""The processes that measure: convbench, and for each peer worker.py or model_worker.py."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from reference import relative_error

SMALLEST_LAYER = 'mb1_ic8ih8oc8kh1_n"peak"'
MOST_PROCESSES = 20  # of a peer that crashes again and again


class Convbench:
    """Our side: the benchmark's executable."""

    def __init__(self, path, work):
        self.path, self.work, self.report = path, work, work / "convbench.json"

    def run(self, layers, threads, *options):
        """What convbench's JSON says of the layers."""
        # Where a layer is wrong it fails, but has written its report.
        report, problem = self.reported(*layers, "--threads", str(threads), *options)
        return report or sys.exit(problem)

    def smallest(self, threads=1):
        """What it says of the smallest layer, and of the machine."""
        return self.run([SMALLEST_LAYER], threads, "--rounds", "3")

    def peak(self, threads):
        return self.smallest(threads)["machine"]["peak_gflops"]

    def model(self, model, threads):
        """What a model takes, or what went wrong."""
        outputs = {name: self.work / f"{i}.npy" for i, name in enumerate(model.outputs)}
        options = [f"--input={name}={file}" for name, file in model.inputs.items()]
        options += [f"--output={name}={file}" for name, file in outputs.items()]
        report, problem = self.reported(
            "--model", model.path, "--threads", str(threads), *options
        )
        if not report:
            return {"failure": problem}
        errors = [
            relative_error(np.load(file), model.references[name])
            for name, file in outputs.items()
        ]
        return {
            "load_ms": report["load_ms"] + report["plan_ms"],
            "median_ms": report["median_ms"],
            "resident_bytes": report["resident_bytes"],
            "peak_bytes": report["peak_bytes"],
            "error": max(errors),
        }

    def reported(self, *options):
        """The JSON of a run, or nothing and what it said."""
        self.report.unlink(missing_ok=True)
        command = [self.path, *options, "--json", self.report]
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}  # it may take forever
        finished = subprocess.run(command, env=environment, capture_output=True, text=True)
        problem = finished.stderr.strip() or ended(finished)
        return json.loads(self.report.read_text()) if self.report.exists() else None, problem


class Peer:
    """Another library's side: worker.py, and again behind a layer that it crashed on."""

    def __init__(self, module, task, work):
        self.output = work / f"{module}.jsonl"
        self.command = [sys.executable, Path(__file__).with_name("worker.py"), module]
        self.command += ["--task", task, "--work", work, "--output", self.output]

    def run(self, threads):
        """What the processes say: of the library, and of every layer and variant in turn."""
        about, results = None, []
        for _ in range(MOST_PROCESSES):
            skip = ["--skip", str(len(results))]
            lines, end = said(self.command + skip, threads, self.output)
            about = about or (lines or [{"missing": end}])[0]
            results += lines[1:]
            if not end or "missing" in about:
                break
            results.append({"failure": end})
        return about, results


class ModelPeer:
    """Another library's side of whole models: model_worker.py, a process for each."""

    def __init__(self, module, work):
        self.output = work / f"{module}.jsonl"
        self.command = [sys.executable, Path(__file__).with_name("model_worker.py"), module]
        self.command += ["--work", work, "--output", self.output]

    def run(self, model, threads):
        """What the process says of the library, and of the model."""
        lines, end = said(self.command + ["--model", model.json()], threads, self.output)
        about, *results = lines or [{"missing": end}]
        return about, (results or [{"failure": end}])[0]


def said(command, threads, output):
    """The JSON lines that a worker on so many threads wrote, and how it ended where not well."""
    environment = os.environ | {
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT",
    }
    output.write_text("")
    command = command + ["--threads", str(threads)]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True)
    return [json.loads(line) for line in output.read_text().splitlines()], ended(finished)


def ended(process):
    """How a process ended, nothing where it ended well."""
    code = process.returncode
    if code == 0:
        return None
    if code > 0:
        return f"its process ended: code {code}"
    reason = "too slow" if code == -signal.SIGALRM else signal.Signals(-code).name
    return f"its process ended: {reason}"
