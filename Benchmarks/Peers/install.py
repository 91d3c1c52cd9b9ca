"""Installs the peers into a virtual environment; says which one does not install and goes on."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"


def install(*what):
    """Whether pip could, and what it said where it could not."""
    command = [ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", *what]
    finished = subprocess.run(command, capture_output=True, text=True)
    return finished.returncode == 0, finished.stderr.strip()


def main():
    installed = ENVIRONMENT / REQUIREMENTS.name
    if installed.exists() and installed.read_text() == REQUIREMENTS.read_text():
        return
    print("Installing the peers, which takes some minutes and 4 GB the first time")
    if not (ENVIRONMENT / "bin" / "python").exists():
        venv.create(ENVIRONMENT, with_pip=True)
    done, _ = install("-r", REQUIREMENTS)
    if not done:
        lines = [line for line in REQUIREMENTS.read_text().splitlines() if "==" in line]
        failures = {line: said for line in lines for ok, said in [install(line)] if not ok}
        for line, said in failures.items():
            print(f"{line} does not install: {said.splitlines()[-1]}", file=sys.stderr)
    installed.write_text(REQUIREMENTS.read_text())


if __name__ == "__main__":
    main()
