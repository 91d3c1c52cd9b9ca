"""MNN on its CPU backend at high precision, which is fp32 but for its choice of Winograd."""

import tempfile
from pathlib import Path

# Not MNN.tools, whose import installs a package and reports home.
import _tools
import MNN
import numpy as np

import explicit_model
from onnx_model import onnx_model

NAME = "MNN"
# What a user gets, whose error is beyond fp32's where it takes Winograd; and without most of that.
VARIANTS = ["nchw", "nchw least winograd"]

WINOGRAD_MEMORY_LEVEL = 3


def version():
    return MNN.version()


def prepare(layer, variant, threads):
    manager = runtime(threads, variant == "nchw least winograd")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "layer.onnx"), Path(folder, "layer.mnn")
        source.write_bytes(onnx_model(layer))
        _tools.mnnconvert(conversion(source, target))
        module = loaded(target, ["x"], ["y"], manager)
    x, _, _ = layer.arrays()
    source = MNN.expr.const(x, layer.input_shape, MNN.expr.NCHW)
    result = None

    def run():
        nonlocal result
        result = module.forward(source)

    return run, lambda: np.array(result.read()).reshape(layer.output_shape)


def convert(model, folder):
    """By its own converter."""
    source, target = folder / "model.onnx", folder / "model.mnn"
    if not target.exists():
        shapes = {name: x.shape for name, x in model.arrays.items()}
        explicit_model.write(model.path, source, shapes)
        _tools.mnnconvert(conversion(source, target))
    return target


def load(model, threads, least_winograd=False):
    manager = runtime(threads, least_winograd)
    module = loaded(model.path, list(model.inputs), list(model.outputs), manager)
    constant, order = MNN.expr.const, MNN.expr.NCHW
    sources = [constant(x, list(x.shape), order) for x in model.arrays.values()]
    results = []

    def run():
        results[:] = module.forward(sources)

    def outputs():
        shapes = model.output_shapes.items()
        return {
            name: np.array(MNN.expr.convert(y, order).read()).reshape(shape)
            for y, (name, shape) in zip(results, shapes, strict=True)
        }

    return run, outputs


def runtime(threads, least_winograd):
    manager = MNN.nn.create_runtime_manager(
        ({"backend": "CPU", "numThread": threads, "precision": "high", "memory": "high"},)
    )
    if least_winograd:
        manager.set_hint(WINOGRAD_MEMORY_LEVEL, 0)
    return manager


def conversion(source, target):
    """Its converter's command."""
    files = ["--modelFile", str(source), "--MNNModel", str(target)]
    return ["mnnconvert", "-f", "ONNX", *files, "--bizCode", "benchmark"]


def loaded(file, inputs, outputs, manager):
    return MNN.nn.load_module_from_file(
        str(file), inputs, outputs, runtime_manager=manager, shape_mutable=False
    )
