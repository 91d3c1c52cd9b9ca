"""Installs the peers into a virtual environment; says which one does not install and goes on."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"


def problem_of_installing(*what):
    """What pip said last where it could not install it, else nothing."""
    command = [ENVIRONMENT / "bin" / "python", "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", *what]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode != 0:
        return (finished.stderr.strip().splitlines() or ["pip failed"])[-1]


def main():
    installed = ENVIRONMENT / REQUIREMENTS.name
    if installed.exists() and installed.read_text() == REQUIREMENTS.read_text():
        return
    print("Installing the peers, which takes some minutes and 4 GB the first time")
    if not (ENVIRONMENT / "bin" / "python").exists():
        venv.create(ENVIRONMENT, with_pip=True)
    if not problem_of_installing("-r", REQUIREMENTS):
        installed.write_text(REQUIREMENTS.read_text())
        return
    # One that does not install keeps all from it: now one by one.
    for requirement in REQUIREMENTS.read_text().splitlines():
        if "==" in requirement and (problem := problem_of_installing(requirement)):
            print(f"{requirement} does not install: {problem}", file=sys.stderr)


if __name__ == "__main__":
    main()
