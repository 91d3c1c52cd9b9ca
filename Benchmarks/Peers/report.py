"""Writes a comparison as Markdown and pictures; as a command, what its JSON says."""

import json
import sys
from pathlib import Path

import bars
import distribution
import model_bars
import model_table
import table
from comparison import Comparison
from model_comparison import ModelComparison

# By the name of the files.
KINDS = {"comparison": Comparison, "models": ModelComparison}


def write(comparison, folder):
    """Returns the Markdown."""
    name = next(name for name, kind in KINDS.items() if isinstance(comparison, kind))
    if name == "models":
        text, picture = model_table.markdown(comparison), model_bars
    else:
        many = len(comparison.layers) > table.MANY
        text, picture = table.markdown(comparison), distribution if many else bars
    (folder / f"{name}.json").write_text(json.dumps(comparison.json(), indent=1) + "\n")
    (folder / f"{name}.md").write_text(text)
    for threads in comparison.threads:
        (folder / f"{name}-{threads}.svg").write_text(picture.svg(comparison, threads))
    return text


if __name__ == "__main__":
    for file in map(Path, sys.argv[1:]):
        write(KINDS[file.stem](**json.loads(file.read_text())), file.parent)
