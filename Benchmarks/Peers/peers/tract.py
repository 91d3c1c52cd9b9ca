"""tract, in Rust. Its Python module has no way to more than one thread."""

import tempfile

import tract

import explicit_model
from onnx_model import onnx_model

NAME = "tract"
VARIANTS = ["nchw"]


def version():
    return tract.version()


def prepare(layer, variant, threads):
    check(threads)
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


def convert(model, folder):
    """It cannot bring shapes for given inputs together with what a file says of others."""
    path = folder / "model.onnx"
    shapes = {name: x.shape for name, x in model.arrays.items()}
    explicit_model.write(model.path, path, shapes)
    return path


def load(model, threads):
    check(threads)
    runnable = tract.onnx().load(model.path).into_model().into_runnable()
    sources = [tract.Tensor.from_numpy(x) for x in model.arrays.values()]
    results = []

    def run():
        results[:] = runnable.run(sources)

    # Its names of outputs are its own; their order is the file's.
    def outputs():
        pairs = zip(model.outputs, results, strict=True)
        return {name: y.to_numpy() for name, y in pairs}

    return run, outputs


def check(threads):
    if threads > 1:
        raise ValueError("its Python module runs on one thread")
