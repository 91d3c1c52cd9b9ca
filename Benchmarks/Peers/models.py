"""The networks to compare on: a folder each with model.onnx, in__NAME.npy and out__NAME.npy."""

import json
import re
import sys
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "Tests/ConvolutionGraphTests/Models"


@dataclass
class Model:
    name: str
    path: str  # of the file that a library reads
    # Files by the name of the tensor, in the network's order. Outputs without a file are left out.
    inputs: dict[str, str]
    outputs: dict[str, str]

    @classmethod
    def from_folder(cls, folder):
        import onnx  # not where a library is measured

        path = folder / "model.onnx"
        graph = onnx.load(path, load_external_data=False).graph
        constants = {tensor.name for tensor in graph.initializer}
        inputs = {
            value.name: str(folder / f"in__{word(value.name)}.npy")
            for value in graph.input
            if value.name not in constants
        }
        outputs = {
            value.name: str(file)
            for value in graph.output
            if (file := folder / f"out__{word(value.name)}.npy").exists()
        }
        return cls(folder.name, str(path), inputs, outputs)

    @classmethod
    def from_json(cls, text):
        return cls(**json.loads(text))

    def json(self):
        return json.dumps(asdict(self))

    @cached_property
    def arrays(self):
        """The inputs by name."""
        return {name: np.load(file) for name, file in self.inputs.items()}

    @cached_property
    def references(self):
        """The right outputs by name."""
        return {name: np.load(file) for name, file in self.outputs.items()}

    @cached_property
    def output_shapes(self):
        return {
            name: np.load(file, mmap_mode="r").shape for name, file in self.outputs.items()
        }


def find(words):
    """The models of names among the tests' or of folders elsewhere; all of the tests' for `all`."""
    if words == ["all"]:
        folders = sorted(FOLDER.glob("*/"))
    else:
        folders = [FOLDER / word if (FOLDER / word).is_dir() else Path(word) for word in words]
    if empty := [folder for folder in folders if not (folder / "model.onnx").exists()]:
        known = ", ".join(sorted(folder.name for folder in FOLDER.glob("*/")))
        sys.exit(f"--models: no model.onnx in {empty[0]}; expected all, a folder or of {known}")
    return [Model.from_folder(folder) for folder in folders]


def word(name):
    """A tensor's name as files have it."""
    return re.sub("[/:]", "_", name)
