"""LiteRT, whose convolutions are XNNPACK's."""

from importlib.metadata import version as package_version

from ai_edge_litert.interpreter import Interpreter

from layers import channels_first, channels_last
from litert_model import litert_model

NAME = "LiteRT"
VARIANTS = ["nhwc"]


def version():
    return package_version("ai-edge-litert")


def prepare(layer, variant, threads):
    interpreter = Interpreter(model_content=litert_model(layer), num_threads=threads)
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    x, _, _ = layer.arrays()
    interpreter.set_tensor(source["index"], channels_last(x).reshape(source["shape"]))

    def output():
        y = interpreter.get_tensor(target["index"])
        return channels_first(y).reshape(layer.output_shape)

    return interpreter.invoke, output
