"""ONNX Runtime on its CPU provider, with bound input and output."""

import numpy as np
import onnxruntime

from onnx_model import onnx_model

NAME = "ONNX Runtime"
VARIANTS = ["nchw"]


def version():
    return onnxruntime.__version__


def prepare(layer, variant, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        onnx_model(layer), options, providers=["CPUExecutionProvider"]
    )
    x, _, _ = layer.arrays()
    y = np.empty(layer.output_shape, np.float32)
    tensors = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in (x, y)]
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", tensors[0])
    binding.bind_ortvalue_output("y", tensors[1])
    return lambda: session.run_with_iobinding(binding), tensors[1].numpy
