"""MNN on its CPU backend at high precision, which is fp32 but for its choice of Winograd."""

import tempfile
from pathlib import Path

# Not MNN.tools, whose import installs a package and reports home.
import _tools
import MNN
import numpy as np

from onnx_model import onnx_model

NAME = "MNN"
# What a user gets, whose error is beyond fp32's where it takes Winograd; and without most of that.
VARIANTS = ["nchw", "nchw least winograd"]

WINOGRAD_MEMORY_LEVEL = 3


def version():
    return MNN.version()


def prepare(layer, variant, threads):
    manager = MNN.nn.create_runtime_manager(
        ({"backend": "CPU", "numThread": threads, "precision": "high", "memory": "high"},)
    )
    if variant == "nchw least winograd":
        manager.set_hint(WINOGRAD_MEMORY_LEVEL, 0)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "layer.onnx"), Path(folder, "layer.mnn")
        source.write_bytes(onnx_model(layer))
        _tools.mnnconvert(
            ["mnnconvert", "-f", "ONNX", "--modelFile", str(source)]
            + ["--MNNModel", str(target), "--bizCode", "layer"]
        )
        module = MNN.nn.load_module_from_file(
            str(target), ["x"], ["y"], runtime_manager=manager, shape_mutable=False
        )
    x, _, _ = layer.arrays()
    source = MNN.expr.const(x, layer.input_shape, MNN.expr.NCHW)
    result = None

    def run():
        nonlocal result
        result = module.forward(source)

    return run, lambda: np.array(result.read()).reshape(layer.output_shape)
