"""LiteRT with XNNPACK, on a model written here."""

from importlib.metadata import version as package_version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from layers import channels_first, channels_last

NAME = "LiteRT"
VARIANTS = ["nhwc"]


def version():
    return package_version("ai-edge-litert")


def prepare(layer, variant, threads):
    interpreter = Interpreter(model_content=Model(layer).serialized(), num_threads=threads)
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    x, _, _ = layer.arrays()
    interpreter.set_tensor(source["index"], channels_last(x).reshape(source["shape"]))

    def output():
        y = interpreter.get_tensor(target["index"])
        return channels_first(y).reshape(layer.output_shape)

    return interpreter.invoke, output


class Model:
    """A graph of LiteRT: padding where the convolution's own does not do, then the convolution."""

    def __init__(self, layer):
        # A layer along one axis is one of height 1.
        more = max(2 - layer.rank, 0)
        input, output, kernel, stride, dilation = (
            [1] * more + extents
            for extents in (layer.input, layer.output, layer.kernel, layer.stride, layer.dilation)
        )
        padding = [[0, 0]] * more + layer.padding
        self.tensors, self.buffers, self.operators, self.codes = [], [schema.BufferT()], [], []
        _, weights, bias = layer.arrays()

        source = self.x = self.tensor([layer.batch, *input, layer.input_channels])
        padded = [extent + sum(amounts) for extent, amounts in zip(input, padding)]
        same = [
            [total // 2, total - total // 2]
            for total in (
                max((-(-extent // step) - 1) * step + (size - 1) * gap + 1 - extent, 0)
                for extent, step, size, gap in zip(input, stride, kernel, dilation)
            )
        ]
        if layer.border == "zeros" and padding == same:
            word = schema.Padding.SAME
        else:
            word = schema.Padding.VALID
            if padding != [[0, 0]] * len(padding):
                source = self.pad(source, layer, input, padding, padded)

        target = self.y = self.tensor([layer.batch, *output, layer.output_channels])
        weights = weights.reshape(*weights.shape[:2], *kernel)
        depthwise = layer.groups == layer.input_channels > 1 and layer.rank < 3
        name = "Conv3D" if layer.rank == 3 else "DepthwiseConv2D" if depthwise else "Conv2D"
        if layer.rank == 3:
            weights = np.moveaxis(weights, (0, 1), (4, 3))
        elif depthwise:
            weights = np.moveaxis(weights.reshape(1, -1, *kernel), 1, -1)
        else:
            weights = np.moveaxis(weights, 1, -1)
        options = getattr(schema, f"{name}OptionsT")()
        options.padding = word
        for letter, step, gap in zip("DHW"[-len(input):], stride, dilation):
            setattr(options, f"stride{letter}", step)
            setattr(options, f"dilation{letter}Factor", gap)
        if depthwise:
            options.depthMultiplier = layer.output_channels // layer.input_channels
        inputs = [source, self.constant(weights), self.constant(bias)]
        code = {"Conv2D": "CONV_2D", "DepthwiseConv2D": "DEPTHWISE_CONV_2D", "Conv3D": "CONV_3D"}
        self.operator(code[name], inputs, target, f"{name}Options", options)

    def pad(self, source, layer, input, padding, padded):
        shape = [layer.batch, *padded, layer.input_channels]
        amounts = np.array([[0, 0], *padding, [0, 0]], np.int32)
        if layer.border == "zeros":
            target = self.tensor(shape)
            self.operator("PAD", [source, self.constant(amounts)], target, "PadOptions")
        elif layer.border in ("reflect", "symmetric"):
            target = self.tensor(shape)
            options = schema.MirrorPadOptionsT()
            options.mode = getattr(schema.MirrorPadMode, layer.border.upper())
            inputs = [source, self.constant(amounts)]
            self.operator("MIRROR_PAD", inputs, target, "MirrorPadOptions", options)
        elif layer.border == "circular":
            for axis, (extent, (before, after)) in enumerate(zip(input, padding), start=1):
                indices = np.arange(-before, extent + after, dtype=np.int32) % extent
                partly = [layer.batch, *padded[:axis], *input[axis:], layer.input_channels]
                target = self.tensor(partly)
                options = schema.GatherOptionsT()
                options.axis = axis
                inputs = [source, self.constant(indices)]
                self.operator("GATHER", inputs, target, "GatherOptions", options)
                source = target
        else:
            raise ValueError(f"LiteRT has no border {layer.border}")
        return target

    def tensor(self, shape, type=schema.TensorType.FLOAT32, buffer=0):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), type, buffer
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, array):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)
        self.buffers.append(buffer)
        types = {np.float32: schema.TensorType.FLOAT32, np.int32: schema.TensorType.INT32}
        return self.tensor(array.shape, types[array.dtype.type], len(self.buffers) - 1)

    def operator(self, name, inputs, output, options_name, options=None):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.codes) - 1
        operator.inputs, operator.outputs = inputs, [output]
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, options_name)
        operator.builtinOptions = options or getattr(schema, f"{options_name}T")()
        self.operators.append(operator)

    def serialized(self):
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [self.x], [self.y]
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes, model.buffers, model.subgraphs = self.codes, self.buffers, [graph]
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
