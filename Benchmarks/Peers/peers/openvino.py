"""OpenVINO on its CPU plugin, fp32, for the shortest time of one request."""

import openvino
from openvino.preprocess import PrePostProcessor

from layers import channels_first, channels_last
from onnx_model import onnx_model

NAME = "OpenVINO"
VARIANTS = ["nchw", "nhwc"]

LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
core = openvino.Core()


def version():
    return openvino.__version__.split("-")[0]


def prepare(layer, variant, threads):
    model = core.read_model(onnx_model(layer))
    x, _, _ = layer.arrays()
    if variant == "nhwc":
        first, last = map(openvino.Layout, LAYOUTS[layer.rank])
        steps = PrePostProcessor(model)
        for end in (steps.input(), steps.output()):
            end.model().set_layout(first)
            end.tensor().set_layout(last)
        model = steps.build()
        x = channels_last(x)
    request = compiled(model, threads)
    request.set_input_tensor(openvino.Tensor(x))

    def output():
        y = request.get_output_tensor().data
        return y if variant == "nchw" else channels_first(y)

    return request.infer, output


def load(model, threads):
    network = core.read_model(model.path)
    network.reshape({name: list(x.shape) for name, x in model.arrays.items()})
    request = compiled(network, threads)
    for name, x in model.arrays.items():
        request.set_tensor(name, openvino.Tensor(x))
    return request.infer, lambda: {name: request.get_tensor(name).data for name in model.outputs}


def compiled(model, threads):
    properties = {
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
    }
    return core.compile_model(model, "CPU", properties).create_infer_request()
