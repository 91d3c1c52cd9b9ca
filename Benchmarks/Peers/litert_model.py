"""A layer as a LiteRT model: padding where a convolution's own does not do, then a convolution."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from litert_graph import Graph


def litert_model(layer):
    """The serialized model, N *spatial C; a layer along one axis is one of height 1."""
    return (transposed if layer.transposed else convolution)(layer)


def convolution(layer):
    more = [1] * max(2 - layer.rank, 0)
    input, output, kernel, stride, dilation = (
        more + list(extents)
        for extents in (layer.input, layer.output, layer.kernel, layer.stride, layer.dilation)
    )
    padding = [[0, 0] for _ in more] + layer.padding
    images, channels = [layer.batch], [layer.input_channels]
    graph = Graph()

    x = source = graph.tensor(images + input + channels)
    word = schema.Padding.VALID
    if layer.border == "zeros" and padding == same_padding(input, kernel, stride, dilation):
        word = schema.Padding.SAME
    elif layer.border == "circular":
        for axis, (extent, (before, after)) in enumerate(zip(input, padding), start=1):
            indices = np.arange(-before, extent + after, dtype=np.int32) % extent
            shape = list(graph.tensors[source].shape)
            shape[axis] = len(indices)
            inputs = [source, graph.constant(indices)]
            source = graph.operator("GATHER", "Gather", inputs, shape, axis=axis)
    elif any(before or after for before, after in padding):
        amounts = np.array([[0, 0], *padding, [0, 0]], np.int32)
        shape = images + [extent + sum(pair) for extent, pair in zip(input, padding)] + channels
        inputs = [source, graph.constant(amounts)]
        if layer.border == "zeros":
            source = graph.operator("PAD", "Pad", inputs, shape)
        else:
            mode = {"reflect": schema.MirrorPadMode.REFLECT}[layer.border]
            source = graph.operator("MIRROR_PAD", "MirrorPad", inputs, shape, mode=mode)

    _, weights, bias = layer.arrays()
    weights = weights.reshape(*weights.shape[:2], *kernel)
    options = {"padding": word}
    for letter, step, gap in zip("DHW"[-len(input) :], stride, dilation):
        options |= {f"stride{letter}": step, f"dilation{letter}Factor": gap}
    if layer.rank == 3:
        code, name = "CONV_3D", "Conv3D"
        weights = np.moveaxis(weights, (0, 1), (4, 3))
    elif layer.groups == layer.input_channels > 1:
        code, name = "DEPTHWISE_CONV_2D", "DepthwiseConv2D"
        weights = np.moveaxis(weights.reshape(1, -1, *kernel), 1, -1)
        options["depthMultiplier"] = layer.output_channels // layer.input_channels
    else:
        code, name = "CONV_2D", "Conv2D"
        weights = np.moveaxis(weights, 1, -1)
    inputs = [source, graph.constant(weights), graph.constant(bias)]
    y = graph.operator(code, name, inputs, images + output + [layer.output_channels], **options)
    return graph.serialized(x, y)


def transposed(layer):
    if layer.rank == 3 or layer.groups > 1 or max(layer.dilation) > 1:
        raise ValueError("its transposed layers know two axes, one group and no dilation")
    more = [1] * (2 - layer.rank)
    input, output, kernel, stride = (
        more + list(extents) for extents in (layer.input, layer.output, layer.kernel, layer.stride)
    )
    padding = [[0, 0] for _ in more] + layer.padding
    images, channels = [layer.batch], [layer.output_channels]
    graph = Graph()

    x = graph.tensor(images + input + [layer.input_channels])
    _, weights, bias = layer.arrays()
    weights = layer.output_first(weights)
    weights = np.moveaxis(weights.reshape(*weights.shape[:2], *kernel), 1, -1)
    word, written = schema.Padding.SAME, output
    if padding != same_padding(output, kernel, stride, [1, 1]):
        # All that the taps reach, what is asked for cut out of it.
        word = schema.Padding.VALID
        written = [
            max((extent - 1) * step + size, before + wanted)
            for extent, step, size, (before, _), wanted in zip(
                input, stride, kernel, padding, output
            )
        ]
    shape = images + written + channels
    inputs = [graph.constant(np.array(shape, np.int32)), graph.constant(weights), x]
    inputs.append(graph.constant(bias))
    strides = dict(zip(("strideH", "strideW"), stride))
    y = graph.operator(
        "TRANSPOSE_CONV", "TransposeConv", inputs, shape, padding=word, **strides
    )
    if written != output:
        begin = np.array([0, *(before for before, _ in padding), 0], np.int32)
        shape = images + output + channels
        size = np.array(shape, np.int32)
        y = graph.operator(
            "SLICE", "Slice", [y, graph.constant(begin), graph.constant(size)], shape
        )
    return graph.serialized(x, y)


def same_padding(input, kernel, stride, dilation):
    """What LiteRT's word SAME pads: as little as gives an output a stride, the odd one after."""
    totals = [
        max((-(-extent // step) - 1) * step + (size - 1) * gap + 1 - extent, 0)
        for extent, size, step, gap in zip(input, kernel, stride, dilation)
    ]
    return [[total // 2, total - total // 2] for total in totals]
