"""Writes a comparison as Markdown and pictures; as a command, what a comparison.json says."""

import json
import sys
from pathlib import Path

import bars
import distribution
from comparison import Comparison
from table import MANY, markdown


def write(comparison, folder):
    (folder / "comparison.md").write_text(markdown(comparison))
    picture = distribution if len(comparison.layers) > MANY else bars
    for threads in comparison.threads:
        (folder / f"comparison-{threads}.svg").write_text(picture.svg(comparison, threads))


if __name__ == "__main__":
    for file in map(Path, sys.argv[1:]):
        write(Comparison(**json.loads(file.read_text())), file.parent)
