"""A layer as a LiteRT model: padding where a convolution's own does not do, then a convolution."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.float32: schema.TensorType.FLOAT32, np.int32: schema.TensorType.INT32}


def litert_model(layer):
    """The serialized model, N *spatial C; a layer along one axis is one of height 1."""
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


def same_padding(input, kernel, stride, dilation):
    """What LiteRT's word SAME pads: as little as gives an output a stride, the odd one after."""
    totals = [
        max((-(-extent // step) - 1) * step + (size - 1) * gap + 1 - extent, 0)
        for extent, size, step, gap in zip(input, kernel, stride, dilation)
    ]
    return [[total // 2, total - total // 2] for total in totals]


class Graph:
    """What a model consists of. Tensors are known by their index."""

    def __init__(self):
        self.tensors, self.operators, self.codes = [], [], []
        self.buffers = [schema.BufferT()]  # The first is that of tensors without data.

    def tensor(self, shape, type=schema.TensorType.FLOAT32, buffer=0):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = shape, type, buffer
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, array):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        self.buffers.append(buffer)
        return self.tensor(list(array.shape), TYPES[array.dtype.type], len(self.buffers) - 1)

    def operator(self, code, name, inputs, shape, **options):
        """Adds an operator and the tensor of this shape that it writes, which it returns."""
        operator_code = schema.OperatorCodeT()
        operator_code.builtinCode = getattr(schema.BuiltinOperator, code)
        operator_code.deprecatedBuiltinCode = min(operator_code.builtinCode, 127)  # a byte
        self.codes.append(operator_code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.codes) - 1
        operator.inputs, operator.outputs = inputs, [self.tensor(shape)]
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, f"{name}Options")
        operator.builtinOptions = getattr(schema, f"{name}OptionsT")()
        for option, value in options.items():
            setattr(operator.builtinOptions, option, value)
        self.operators.append(operator)
        return operator.outputs[0]

    def serialized(self, x, y):
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [x], [y]
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes, model.buffers, model.subgraphs = self.codes, self.buffers, [graph]
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
