"""A layer as an ONNX model, for the peers that read one."""

import numpy as np

PAD_MODES = {"replicate": "edge", "reflect": "reflect"}
NEWEST_OPSET_FOR_ALL, NEWEST_VERSION_FOR_ALL = 18, 9


def onnx_model(layer):
    """The serialized model, from x to y, N C *spatial."""
    # Not above: where the memory of whole models is measured it is not to be loaded.
    from onnx import TensorProto, helper, numpy_helper

    _, weights, bias = layer.arrays()
    constants = {"weights": weights, "bias": bias}
    nodes = []
    source = "x"
    if layer.border == "circular":
        # The one form that all readers know: indices an axis.
        for axis, (extent, (before, after)) in enumerate(zip(layer.input, layer.padding)):
            constants[f"indices{axis}"] = np.arange(-before, extent + after) % extent
            padded = f"padded{axis}"
            nodes.append(
                helper.make_node("Gather", [source, f"indices{axis}"], [padded], axis=2 + axis)
            )
            source = padded
    elif layer.border != "zeros":
        constants["pads"] = np.array([0, 0, *layer.before, 0, 0, *layer.after])
        mode = PAD_MODES[layer.border]
        nodes.append(helper.make_node("Pad", ["x", "pads"], ["padded"], mode=mode))
        source = "padded"
    padding, more = layer.zero_padding, {}
    if layer.transposed:
        # What the output has beyond the last tap is padding of its own.
        more = {"output_padding": [max(-after, 0) for after in layer.after]}
        padding = [[before, max(after, 0)] for before, after in padding]
    nodes.append(
        helper.make_node(
            "ConvTranspose" if layer.transposed else "Conv",
            [source, "weights", "bias"],
            ["y"],
            kernel_shape=layer.kernel,
            strides=layer.stride,
            dilations=layer.dilation,
            group=layer.groups,
            pads=np.transpose(padding).ravel().tolist(),
            **more,
        )
    )
    graph = helper.make_graph(
        nodes,
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, layer.input_shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, layer.output_shape)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opset = helper.make_opsetid("", NEWEST_OPSET_FOR_ALL)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=NEWEST_VERSION_FOR_ALL)
    return model.SerializeToString()
