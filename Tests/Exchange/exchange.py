"""Files to and from other frameworks: theirs read here, ours read there, the same numbers on both sides.

    python3 exchange.py [--convolve PATH] [--seed N] [--short]

Installs the frameworks into a virtual environment beside this file, then runs one script a subject in it. Without a command
it only installs.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
SUBJECTS = {
    "weights.py": "weights, theirs to ours",
    "keras_models.py": "models of Keras, theirs to ours",
    "onnx_out.py": "ONNX, ours to theirs",
    "coreml.py": "Core ML, ours to theirs",
}


def install():
    requirements = HERE / "requirements.txt"
    installed = ENVIRONMENT / requirements.name
    if installed.exists() and installed.read_text() == requirements.read_text():
        return
    print("Installing the frameworks; minutes and gigabytes the first time", flush=True)
    venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    installed.write_text(requirements.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--convolve", type=Path, help="the built command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a part of everything")
    arguments = parser.parse_args()
    install()
    if not arguments.convolve:
        return
    options = ["--convolve", arguments.convolve.resolve(), "--seed", str(arguments.seed)]
    options += ["--short"] if arguments.short else []
    failed = []
    for script, subject in SUBJECTS.items():
        print(f"\n{subject} ({script})", flush=True)
        if subprocess.run([PYTHON, HERE / script, *options]).returncode != 0:
            failed.append(subject)
    if failed:
        sys.exit("not the same on both sides: " + "; ".join(failed))


if __name__ == "__main__":
    main()
