"""ONNX Runtime on its CPU provider, with bound input and output."""

import numpy as np
import onnxruntime

from onnx_model import onnx_model

NAME = "ONNX Runtime"
VARIANTS = ["nchw"]


def version():
    return onnxruntime.__version__


def prepare(layer, variant, threads):
    x, _, _ = layer.arrays()
    run, outputs = bound(onnx_model(layer), {"x": x}, {"y": layer.output_shape}, threads)
    return run, lambda: outputs()["y"]


def load(model, threads):
    return bound(model.path, model.arrays, model.output_shapes, threads)


def bound(model, inputs, output_shapes, threads):
    """The run of a file or its bytes on inputs by name, and its outputs by name."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    tensor = onnxruntime.OrtValue.ortvalue_from_numpy
    for name, x in inputs.items():
        binding.bind_ortvalue_input(name, tensor(x))
    results = {name: tensor(np.empty(shape, np.float32)) for name, shape in output_shapes.items()}
    for name, y in results.items():
        binding.bind_ortvalue_output(name, y)

    def outputs():
        return {name: y.numpy() for name, y in results.items()}

    return lambda: session.run_with_iobinding(binding), outputs
