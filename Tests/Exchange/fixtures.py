"""The exact cases of other libraries, as options of `convolve` or, where they are ONNX's own, as files of one node."""

import itertools
import json
import pathlib

import numpy as np
from onnx import helper

TESTS = pathlib.Path(__file__).resolve().parent.parent
FOLDER = TESTS / "ConvolutionTests/Fixtures"
FRAMEWORKS = ["keras", "numpy", "onnx", "tensorflow", "torch"]
# Whose results ONNX writes in four digits.
ROUNDED = ["averagepool_2d_ceil_last_window_starts_on_pad"]
WORDS = {"same_lower": "same-lower", "torch_same": "torch-same"}


def cases(file):
    return json.loads((FOLDER / f"{file}.json").read_text())["cases"]


def array(case, key, dtype=np.float32):
    """None where the case has none."""
    if case.get(key) is None:
        return None
    return np.array(case[key], dtype).reshape(case[f"{key}_shape"])


# ---- Layers ------------------------------------------------------------------------------------


def is_grouped_transposed(case):
    """What ONNX's reference evaluator gets wrong."""
    return case["op"] == "conv_transpose" and case["groups"] > 1


def numbers(values):
    return ",".join(map(str, values))


def layer_flags(case):
    """The options of a layer's description, without those that name files."""
    flags = ["--stride", numbers(case["stride"]), "--dilation", numbers(case["dilation"])]
    flags += ["--groups", str(case["groups"])]
    if case["op"] == "conv_transpose":
        flags.append("--transpose")
    if case["padding"] == "explicit":
        flags.append("--pads=" + numbers(itertools.chain(*case["pads"])))
    else:
        flags += ["--padding", WORDS.get(case["padding"], case["padding"])]
    if any(case.get("output_padding") or []):
        flags += ["--output-padding", numbers(case["output_padding"])]
    borders = case.get("border_per_axis") or [case.get("border") or "zeros"]
    constant = f"constant:{case.get('border_value', 0)}"
    if borders != ["zeros"]:
        flags.append("--border=" + numbers(constant if b == "constant" else b for b in borders))
    return flags


# ---- ONNX's nodes --------------------------------------------------------------------------------


def node_model(operation, inputs, weights, outputs, attributes):
    """A model of one node; `weights` are known, `inputs` are given in a run."""

    def value(name, a):
        element = helper.np_dtype_to_tensor_dtype(a.dtype)
        return helper.make_tensor_value_info(name, element, a.shape)

    tensors = [
        helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape, a.flatten())
        for name, a in weights.items()
    ]
    node = helper.make_node(operation, [*inputs, *weights], list(outputs), operation, **attributes)
    graph = helper.make_graph(
        [node], "node", [value(*item) for item in inputs.items()],
        [value(*item) for item in outputs.items()], tensors,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)


def transposed_nodes():
    """Name, model, inputs and outputs of ONNX's tests of ConvTranspose."""
    names = ["auto_pad", "pads", "output_padding", "output_shape"]
    for case in cases("onnx-transposed"):
        attributes = {name: case[name] for name in names if name in case}
        attributes |= {"strides": case["stride"], "dilations": case["dilation"], "group": case["groups"]}
        x, w, y = (array(case, key) for key in "xwy")
        yield case["id"], node_model("ConvTranspose", {"x": x}, {"w": w}, {"y": y}, attributes), [x], [y]


def pooling_nodes():
    """The same of pools."""
    arrays = {"id", "op", "x", "x_shape", "y", "y_shape", "indices", "output_shape"}
    for case in cases("pooling"):
        if case["id"] in ROUNDED:
            continue
        attributes = {name: value for name, value in case.items() if name not in arrays}
        inputs, weights, outputs = {"x": array(case, "x")}, {}, {"y": array(case, "y")}
        if case["op"] == "MaxUnpool":
            inputs["indices"] = np.array(case["indices"], np.int64).reshape(case["x_shape"])
            if "output_shape" in case:
                weights["output_shape"] = np.array(case["output_shape"], np.int64)
        elif "indices" in case:
            outputs["indices"] = np.array(case["indices"], np.int64).reshape(case["y_shape"])
        model = node_model(case["op"], inputs, weights, outputs, attributes)
        yield case["id"], model, list(inputs.values()), list(outputs.values())
