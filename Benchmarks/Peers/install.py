"""Installs the peers into virtual environments; says which one does not install and goes on."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = {
    HERE / ".venv": HERE / "requirements.txt",
    HERE / ".venv-onednn32": HERE / "requirements-onednn32.txt",
}


def install(environment, requirements):
    installed = environment / requirements.name
    if installed.exists() and installed.read_text() == requirements.read_text():
        return
    print(f"Installing what {requirements.name} names; minutes and gigabytes the first time")
    if not (environment / "bin" / "python").exists():
        venv.create(environment, with_pip=True)
    if not problem_of_pip(environment, "-r", requirements):
        installed.write_text(requirements.read_text())
        return
    # One that does not install keeps all from it: now one by one.
    for requirement in requirements.read_text().splitlines():
        if "==" in requirement and (problem := problem_of_pip(environment, requirement)):
            print(f"{requirement} does not install: {problem}", file=sys.stderr)


def problem_of_pip(environment, *what):
    """What pip said last where it could not install it, else nothing."""
    command = [environment / "bin" / "python", "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", *what]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode != 0:
        return (finished.stderr.strip().splitlines() or ["pip failed"])[-1]


if __name__ == "__main__":
    for environment, requirements in ENVIRONMENTS.items():
        install(environment, requirements)
