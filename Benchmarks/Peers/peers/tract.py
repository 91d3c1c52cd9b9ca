"""tract, in Rust. Its Python module has no way to more than one thread."""

import tempfile

import tract

from onnx_model import onnx_model

NAME = "tract"
VARIANTS = ["nchw"]


def version():
    return tract.version()


def prepare(layer, variant, threads):
    if threads > 1:
        raise ValueError("its Python module runs on one thread")
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(onnx_model(layer))
        file.flush()
        model = tract.onnx().load(file.name).into_model()
    runnable = model.into_runnable()
    x, _, _ = layer.arrays()
    source = tract.Tensor.from_numpy(x)
    y = None

    def run():
        nonlocal y
        (y,) = runnable.run([source])

    return run, lambda: y.to_numpy()
