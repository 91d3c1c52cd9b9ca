"""What Core ML's specifications compute, in NumPy and double precision, written from Core ML's documentation alone.

`program(spec, weights_folder)` and `neural_network(spec)` give a function from inputs by name to outputs by name. An operation
or a layer that is not here, and a parameter that is missing, is an error.
"""
import itertools
import math
import struct

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])


# What both kinds share


def windows(x, kernel, stride, dilation, pad, value):
    """Samples under every tap: [images, channels, *outputs, *kernel] of x padded with a value."""
    space = len(kernel)
    x = np.pad(x, [(0, 0), (0, 0)] + list(pad), constant_values=value)
    outputs = [
        (x.shape[2 + a] - (kernel[a] - 1) * dilation[a] - 1) // stride[a] + 1 for a in range(space)
    ]
    assert min(outputs) > 0, "no window fits"
    y = np.empty(list(x.shape[:2]) + outputs + list(kernel), x.dtype)
    for tap in itertools.product(*map(range, kernel)):
        part = tuple(
            slice(tap[a] * dilation[a], tap[a] * dilation[a] + (outputs[a] - 1) * stride[a] + 1, stride[a])
            for a in range(space)
        )
        y[(..., *tap)] = x[(slice(None), slice(None), *part)]
    return y


def convolution(x, w, b, stride, dilation, pad, groups):
    kernel = w.shape[2:]
    taps = windows(x, kernel, stride, dilation, pad, 0)
    outputs = taps.shape[2 : 2 + len(kernel)]
    n, group = x.shape[0], w.shape[0] // groups
    y = np.empty((n, w.shape[0], *outputs))
    for g in range(groups):
        inputs = taps[:, g * w.shape[1] : (g + 1) * w.shape[1]]
        columns = np.moveaxis(inputs, 1, 1 + len(kernel)).reshape(n * math.prod(outputs), -1)
        rows = w[g * group : (g + 1) * group].reshape(group, -1)
        sums = (columns @ rows.T).reshape(n, *outputs, group)
        y[:, g * group : (g + 1) * group] = np.moveaxis(sums, -1, 1)
    return y if b is None else y + b.reshape(1, -1, *[1] * len(kernel))


def transposed_convolution(x, w, b, stride, dilation, pad, groups):
    """w is [input channels, output channels / groups, *kernel]."""
    kernel = w.shape[2:]
    space = range(len(kernel))
    full = [(x.shape[2 + a] - 1) * stride[a] + (kernel[a] - 1) * dilation[a] + 1 for a in space]
    y = np.zeros((x.shape[0], w.shape[1] * groups, *full))
    inputs = w.shape[0] // groups
    for g in range(groups):
        channels = slice(g * w.shape[1], (g + 1) * w.shape[1])
        part = slice(g * inputs, (g + 1) * inputs)
        for tap in itertools.product(*map(range, kernel)):
            to = tuple(
                slice(tap[a] * dilation[a], tap[a] * dilation[a] + (x.shape[2 + a] - 1) * stride[a] + 1, stride[a])
                for a in space
            )
            y[(slice(None), channels, *to)] += np.einsum(
                "ni...,io->no...", x[:, part], w[(part, slice(None), *tap)]
            )
    kept = tuple(slice(pad[a][0], full[a] - pad[a][1]) for a in space)
    y = y[(slice(None), slice(None), *kept)]
    return y if b is None else y + b.reshape(1, -1, *[1] * len(kernel))


def pool(kind, x, kernel, stride, pad, excludes_padding):
    ones = [1] * len(kernel)
    axes = tuple(range(-len(kernel), 0))
    taps = windows(x, kernel, stride, ones, pad, -np.inf if kind == "max" else 0)
    if kind == "max":
        return taps.max(axes)
    if kind == "l2":
        return np.sqrt((taps**2).sum(axes))
    counts = math.prod(kernel)
    if excludes_padding:
        counts = windows(np.ones((1, 1, *x.shape[2:])), kernel, stride, ones, pad, 0).sum(axes)
    return taps.sum(axes) / counts


def padded(x, pad, mode, value):
    mode = {"constant": "constant", "reflect": "reflect", "replicate": "edge"}[mode]
    for (before, after), extent, axis in zip(pad, x.shape, range(x.ndim)):
        assert before >= 0 and after >= 0
        if mode != "constant" and (before or after):
            assert axis >= x.ndim - 2, f"{mode} along axis {axis}"
            assert max(before, after) <= extent - (mode == "reflect"), f"{mode} beyond {extent}"
    return np.pad(x, pad, mode, **({"constant_values": value} if mode == "constant" else {}))


def normalized(x, axes, gamma, beta, epsilon):
    mean = x.mean(axes, keepdims=True)
    shape = [x.shape[a] if a in axes else 1 for a in range(x.ndim)]
    y = (x - mean) / np.sqrt(((x - mean) ** 2).mean(axes, keepdims=True) + epsilon)
    return y * np.reshape(gamma, shape) + np.reshape(beta, shape)


def along_channels(values, rank, axis=1):
    return np.reshape(values, [-1 if a == axis else 1 for a in range(rank)])


def response_normalized(x, size, alpha, beta, k, axis):
    x2 = np.moveaxis(x**2, axis, 0)
    half = size // 2
    sums = [x2[max(c - half, 0) : c + half + 1].sum(0) for c in range(len(x2))]
    return x / (k + alpha / size * np.moveaxis(np.stack(sums), 0, axis)) ** beta


def linear_samples(x, axis, places):
    """Samples at places of an axis, between neighbours."""
    places = np.clip(places, 0, x.shape[axis] - 1)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, x.shape[axis] - 1)
    shape = [-1 if a == axis % x.ndim else 1 for a in range(x.ndim)]
    part = (places - low).reshape(shape)
    return np.take(x, low, axis) * (1 - part) + np.take(x, high, axis) * part


def resized_bilinear(x, size, mode):
    for axis, outputs in zip((-2, -1), size):
        inputs, i = x.shape[axis], np.arange(outputs)
        if mode == "STRICT_ALIGN_CORNERS":
            places = i * ((inputs - 1) / (outputs - 1)) if outputs > 1 else i * 0.0
        elif mode == "DEFAULT":
            places = i * ((inputs - inputs / outputs) / (outputs - 1)) if outputs > 1 else i * 0.0
        elif mode == "UNALIGN_CORNERS":
            places = i * (inputs / outputs) + 0.5 * (inputs / outputs) - 0.5
        else:
            raise NotImplementedError(mode)
        x = linear_samples(x, axis, places)
    return x


def depth_to_space(x, block):
    n, c, h, w = x.shape
    c //= block * block
    y = x.reshape(n, block, block, c, h, w).transpose(0, 3, 4, 1, 5, 2)
    return y.reshape(n, c, h * block, w * block)


def pixel_shuffle(x, block):
    n, c, h, w = x.shape
    c //= block * block
    y = x.reshape(n, c, block, block, h, w).transpose(0, 1, 4, 2, 5, 3)
    return y.reshape(n, c, h * block, w * block)


def space_to_depth(x, block):
    n, c, h, w = x.shape
    y = x.reshape(n, c, h // block, block, w // block, block).transpose(0, 3, 5, 1, 2, 4)
    return y.reshape(n, c * block * block, h // block, w // block)


def sliced(x, begin, end, stride, begin_mask, end_mask, squeeze_mask):
    assert not any(squeeze_mask)
    return x[
        tuple(
            slice(None if bm else b, None if em else e, s)
            for b, e, s, bm, em in zip(begin, end, stride, begin_mask, end_mask)
        )
    ]


def top(x, k, axis, ascending):
    order = np.argsort(x if ascending else -x, axis=axis, kind="stable").take(range(k), axis)
    return np.take_along_axis(x, order, axis), order


def cumulative(x, axis, exclusive, reverse):
    x = np.flip(x, axis) if reverse else x
    y = np.cumsum(x, axis)
    y = y - x if exclusive else y
    return np.flip(y, axis) if reverse else y


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gelu(x, mode):
    if mode == "EXACT":
        return 0.5 * x * (1 + erf(x / math.sqrt(2)))
    assert mode == "TANH_APPROXIMATION"
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


REDUCTIONS = {
    "l1_norm": lambda x, **k: np.abs(x).sum(**k),
    "l2_norm": lambda x, **k: np.sqrt((x**2).sum(**k)),
    "max": np.max,
    "mean": np.mean,
    "min": np.min,
    "prod": np.prod,
    "sum": np.sum,
    "sum_square": lambda x, **k: (x**2).sum(**k),
    "log_sum_exp": lambda x, **k: np.log(np.exp(x - x.max()).sum(**k)) + x.max(),
}


def reduced(kind, x, axes, keep_dims):
    return REDUCTIONS[kind](x, axis=tuple(int(a) for a in axes), keepdims=bool(keep_dims))


# Programs


class Blobs:
    """A file of weights: what is read is checked against what its metadata says."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        count, version = struct.unpack_from("<II", self.bytes)
        assert version == 2 and len(self.bytes) % 64 == 0
        self.left = count

    def read(self, offset, dtype, shape):
        assert offset % 64 == 0
        sentinel, kind, size, place = struct.unpack_from("<IIQQ", self.bytes, offset)
        assert sentinel == 0xDEADBEEF and place % 64 == 0
        assert kind == {np.float16: 1, np.float32: 2}[dtype]
        assert size == math.prod(shape) * np.dtype(dtype).itemsize
        self.left -= 1
        return np.frombuffer(self.bytes, dtype, math.prod(shape), place).reshape(shape)


ELEMENTS = {"BOOL": bool, "STRING": str, "FLOAT16": np.float16, "FLOAT32": np.float32, "INT32": np.int32}


def element_and_shape(type_):
    from coremltools.proto import MIL_pb2

    tensor = type_.tensorType
    assert tensor.rank == len(tensor.dimensions)
    name = MIL_pb2.DataType.Name(tensor.dataType)
    return ELEMENTS[name], [d.constant.size for d in tensor.dimensions]


def mil_value(value, blobs):
    dtype, shape = element_and_shape(value.type)
    if value.WhichOneof("value") == "blobFileValue":
        assert value.blobFileValue.fileName == "@model_path/weights/weight.bin"
        return blobs.read(value.blobFileValue.offset, dtype, shape)
    tensor = value.immediateValue.tensor
    field = {"floats": np.float32, "ints": np.int32, "bools": bool, "strings": str}
    name = tensor.WhichOneof("value")
    assert field[name] == dtype
    values = list(getattr(tensor, name).values)
    if dtype is str:
        return values[0]
    return np.array(values, dtype).reshape(shape)


def pairs(pad):
    return [(int(pad[i]), int(pad[i + 1])) for i in range(0, len(pad), 2)]


def mil_pool(kind):
    def run(a):
        assert a["pad_type"] == "custom" and not a["ceil_mode"]
        excludes = a["exclude_padding_from_average"] if kind == "avg" else False
        return pool(kind, a["x"], a["kernel_sizes"], a["strides"], pairs(a["pad"]), excludes)

    return run


def mil_convolution(run):
    def operation(a):
        assert a["pad_type"] == "custom"
        return run(
            a["x"], a["weight"], a.get("bias"), a["strides"], a["dilations"], pairs(a["pad"]), int(a["groups"])
        )

    return operation


def split(x, sizes, axis):
    return np.split(x, np.cumsum(sizes)[:-1], axis)


def unary(function):
    return lambda a: function(a["x"])


def binary(function):
    return lambda a: function(a["x"], a["y"])


def extremum(function):
    return lambda a: function(a["x"], axis=int(a["axis"]), keepdims=bool(a["keep_dims"])).astype(np.int32)


CASTS = {"fp32": np.float64, "int32": np.int32, "bool": bool}

MIL = {
    "conv": mil_convolution(convolution),
    "conv_transpose": mil_convolution(transposed_convolution),
    "max_pool": mil_pool("max"),
    "avg_pool": mil_pool("avg"),
    "l2_pool": mil_pool("l2"),
    "pad": lambda a: padded(a["x"], pairs(a["pad"]), a["mode"], a["constant_val"]),
    "slice_by_index": lambda a: sliced(
        *[a[n] for n in ("x", "begin", "end", "stride", "begin_mask", "end_mask", "squeeze_mask")]
    ),
    "reverse": lambda a: np.flip(a["x"], tuple(a["axes"])),
    "concat": lambda a: np.concatenate(a["values"], int(a["axis"])),
    "split": lambda a: split(a["x"], a["split_sizes"], int(a["axis"])),
    "tile": lambda a: np.tile(a["x"], a["reps"]),
    "reshape": lambda a: a["x"].reshape(a["shape"]),
    "transpose": lambda a: a["x"].transpose(a["perm"]),
    "identity": unary(lambda x: x),
    "cast": lambda a: a["x"].astype(CASTS[a["dtype"]]),
    "gather": lambda a: np.take(a["x"], a["indices"], int(a["axis"])),
    "gather_along_axis": lambda a: np.take_along_axis(a["x"], a["indices"], int(a["axis"])),
    "depth_to_space": lambda a: depth_to_space(a["x"], int(a["block_size"])),
    "space_to_depth": lambda a: space_to_depth(a["x"], int(a["block_size"])),
    "pixel_shuffle": lambda a: pixel_shuffle(a["x"], int(a["upscale_factor"])),
    "upsample_nearest_neighbor": lambda a: a["x"]
    .repeat(int(a["scale_factor_height"]), -2)
    .repeat(int(a["scale_factor_width"]), -1),
    "resize_bilinear": lambda a: resized_bilinear(
        a["x"], (int(a["target_size_height"]), int(a["target_size_width"])), a["sampling_mode"]
    ),
    "topk": lambda a: top(a["x"], int(a["k"]), int(a["axis"]), a["ascending"]),
    "reduce_argmax": extremum(np.argmax),
    "reduce_argmin": extremum(np.argmin),
    "cumsum": lambda a: cumulative(a["x"], int(a["axis"]), a["exclusive"], a["reverse"]),
    "matmul": lambda a: np.matmul(
        np.swapaxes(a["x"], -1, -2) if a["transpose_x"] else a["x"],
        np.swapaxes(a["y"], -1, -2) if a["transpose_y"] else a["y"],
    ),
    "linear": lambda a: a["x"] @ a["weight"].T + a["bias"],
    "batch_norm": lambda a: (a["x"] - along_channels(a["mean"], a["x"].ndim))
    / np.sqrt(along_channels(a["variance"], a["x"].ndim) + a["epsilon"])
    * along_channels(a["gamma"], a["x"].ndim)
    + along_channels(a["beta"], a["x"].ndim),
    "instance_norm": lambda a: normalized(
        a["x"], tuple(range(2, a["x"].ndim)), 1, 0, a["epsilon"]
    )
    * along_channels(a["gamma"], a["x"].ndim)
    + along_channels(a["beta"], a["x"].ndim),
    "layer_norm": lambda a: normalized(a["x"], tuple(int(i) for i in a["axes"]), a["gamma"], a["beta"], a["epsilon"]),
    "local_response_norm": lambda a: response_normalized(
        a["x"], int(a["size"]), a["alpha"], a["beta"], a["k"], 1
    ),
    "softmax": lambda a: (lambda e: e / e.sum(int(a["axis"]), keepdims=True))(
        np.exp(a["x"] - a["x"].max(int(a["axis"]), keepdims=True))
    ),
    "select": lambda a: np.where(a["cond"], a["a"], a["b"]),
    # Elementwise
    "add": binary(np.add),
    "sub": binary(np.subtract),
    "mul": binary(np.multiply),
    "real_div": binary(np.divide),
    "pow": binary(np.power),
    "mod": binary(np.mod),
    "minimum": binary(np.minimum),
    "maximum": binary(np.maximum),
    "equal": binary(np.equal),
    "not_equal": binary(np.not_equal),
    "less": binary(np.less),
    "less_equal": binary(np.less_equal),
    "greater": binary(np.greater),
    "greater_equal": binary(np.greater_equal),
    "logical_and": binary(np.logical_and),
    "logical_or": binary(np.logical_or),
    "logical_xor": binary(np.logical_xor),
    "logical_not": unary(np.logical_not),
    "abs": unary(np.abs),
    "sqrt": unary(np.sqrt),
    "square": unary(np.square),
    "exp": unary(np.exp),
    "log": lambda a: np.log(a["x"] + a["epsilon"]),
    "erf": unary(erf),
    "floor": unary(np.floor),
    "ceil": unary(np.ceil),
    "round": unary(np.round),
    "sign": unary(np.sign),
    "sin": unary(np.sin),
    "cos": unary(np.cos),
    "linear_activation": lambda a: a["x"] * a["alpha"] + a["beta"],
    "clip": lambda a: np.clip(a["x"], a["alpha"], a["beta"]),
    "relu": unary(lambda x: np.maximum(x, 0)),
    "relu6": unary(lambda x: np.clip(x, 0, 6)),
    "leaky_relu": lambda a: np.where(a["x"] >= 0, a["x"], a["x"] * a["alpha"]),
    "prelu": lambda a: np.where(a["x"] > 0, a["x"], a["x"] * along_channels(a["alpha"], a["x"].ndim)),
    "elu": lambda a: np.where(a["x"] > 0, a["x"], a["alpha"] * np.expm1(np.minimum(a["x"], 0))),
    "sigmoid": unary(sigmoid),
    "sigmoid_hard": lambda a: np.clip(a["alpha"] * a["x"] + a["beta"], 0, 1),
    "tanh": unary(np.tanh),
    "silu": unary(lambda x: x * sigmoid(x)),
    "softplus": unary(lambda x: np.logaddexp(x, 0)),
    "softsign": unary(lambda x: x / (1 + np.abs(x))),
    "gelu": lambda a: gelu(a["x"], a["mode"]),
}
for name in REDUCTIONS:
    MIL[f"reduce_{name}"] = lambda a, name=name: reduced(name, a["x"], a["axes"], a["keep_dims"])


def double(value):
    return value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def main_block(spec):
    function = spec.mlProgram.functions["main"]
    return function, function.block_specializations[function.opset]


def stored_in_program(spec, weights_folder):
    """Constants by name, in the types that they are stored in."""
    blobs = Blobs(f"{weights_folder}/weight.bin") if weights_folder else None
    constants = {}
    for operation in main_block(spec)[1].operations:
        if operation.type in ("const", "constexpr_cast"):
            assert not operation.inputs and len(operation.outputs) == 1
            source = "val" if operation.type == "const" else "source_val"
            value = mil_value(operation.attributes[source], blobs)
            assert operation.outputs[0].name not in constants
            constants[operation.outputs[0].name] = value
            if not isinstance(value, str):
                assert element_and_shape(operation.outputs[0].type)[1] == list(value.shape)
    assert blobs is None or blobs.left == 0, "blobs that no constant refers to"
    return constants


def program(spec, weights_folder):
    """The function that a specification with an mlProgram computes."""
    function, block = main_block(spec)
    assert [(i.name, element_and_shape(i.type)[1]) for i in function.inputs] == [
        (i.name, list(i.type.multiArrayType.shape)) for i in spec.description.input
    ]
    constants = {name: double(value) for name, value in stored_in_program(spec, weights_folder).items()}

    def run(inputs):
        values = dict(constants)
        for feature in spec.description.input:
            values[feature.name] = double(inputs[feature.name])
        for operation in block.operations:
            if operation.type in ("const", "constexpr_cast"):
                continue
            arguments = {}
            for name, argument in operation.inputs.items():
                bound = [values[binding.name] for binding in argument.arguments]
                arguments[name] = bound if name == "values" else bound[0]
            results = MIL[operation.type](arguments)
            results = results if isinstance(results, (list, tuple)) else [results]
            assert len(results) == len(operation.outputs)
            for output, result in zip(operation.outputs, results):
                dtype, shape = element_and_shape(output.type)
                result = np.asarray(result)
                assert list(result.shape) == shape, f"{operation.type} {output.name}: {result.shape}, said {shape}"
                assert result.dtype.kind == np.dtype(dtype).kind, f"{operation.type}: {result.dtype}, said {dtype}"
                assert output.name not in values
                values[output.name] = result
        return {name: values[name] for name in block.outputs}

    assert [o.name for o in spec.description.output] == list(block.outputs)
    return run


# Neural networks


def stored(parameters):
    """float32 or, as bytes, float16."""
    if parameters.float16Value:
        return np.frombuffer(parameters.float16Value, np.float16)
    return np.array(parameters.floatValue, np.float32)


def stored_in_network(spec):
    """Weights by layer and field, in the types that they are stored in."""
    found = {}

    def walk(message, path):
        for field, value in message.ListFields():
            if field.message_type is None or field.is_repeated:
                continue
            if field.message_type.name == "WeightParams":
                found[f"{path}.{field.name}"] = stored(value)
            else:
                walk(value, f"{path}.{field.name}")

    for layer in spec.neuralNetwork.layers:
        walk(layer, layer.name + "\0")
    return found


def weights(parameters, shape):
    return stored(parameters).astype(np.float64).reshape([int(extent) for extent in shape])


def border_amounts(padding):
    amounts = padding.paddingAmounts.borderAmounts if hasattr(padding.paddingAmounts, "borderAmounts") else []
    assert len(amounts) == 2, "amounts that are left out"
    return [(a.startEdgeSize, a.endEdgeSize) for a in amounts]


def nn_convolution(p, x, *inputs):
    assert x.ndim == 4 and p.WhichOneof("ConvolutionPaddingType") == "valid"
    kernel, groups = list(p.kernelSize), p.nGroups
    pad = border_amounts(p.valid)
    b = weights(p.bias, [p.outputChannels]) if p.hasBias else None
    if p.isDeconvolution:
        w = weights(p.weights, [p.kernelChannels, p.outputChannels // groups, *kernel])
        return transposed_convolution(x, w, b, p.stride, [1, 1], pad, groups)
    shape = [p.outputChannels, p.kernelChannels, *kernel]
    w = inputs[0].reshape(shape) if inputs else weights(p.weights, shape)
    return convolution(x, w, b, p.stride, p.dilationFactor, pad, groups)


def nn_convolution3d(p, x):
    assert p.paddingType == 0
    kernel = [p.kernelDepth, p.kernelHeight, p.kernelWidth]
    stride = [p.strideDepth, p.strideHeight, p.strideWidth]
    dilation = [p.dilationDepth, p.dilationHeight, p.dilationWidth]
    pad = nn_pads(p)
    b = weights(p.bias, [p.outputChannels]) if p.hasBias else None
    if p.isDeconvolution:
        w = weights(p.weights, [p.outputChannels // p.nGroups, p.inputChannels, *kernel]).swapaxes(0, 1)
        y = transposed_convolution(x, w, b, stride, dilation, pad, p.nGroups)
        assert list(y.shape[2:]) == list(p.outputShape)
        return y
    w = weights(p.weights, [p.outputChannels, p.inputChannels // p.nGroups, *kernel])
    return convolution(x, w, b, stride, dilation, pad, p.nGroups)


def nn_pads(p):
    return [
        (p.customPaddingFront, p.customPaddingBack),
        (p.customPaddingTop, p.customPaddingBottom),
        (p.customPaddingLeft, p.customPaddingRight),
    ]


POOLS = {0: "max", 1: "avg", 2: "l2"}


def nn_pool(p, x):
    assert x.ndim == 4 and not p.globalPooling
    return pool(POOLS[p.type], x, p.kernelSize, p.stride, border_amounts(p.valid), p.avgPoolExcludePadding)


def nn_pool3d(p, x):
    assert p.paddingType == 0
    kernel = [p.kernelDepth, p.kernelHeight, p.kernelWidth]
    stride = [p.strideDepth, p.strideHeight, p.strideWidth]
    return pool(POOLS[p.type], x, kernel, stride, nn_pads(p), p.countExcludePadding)


def nn_padding(p, x):
    kind = p.WhichOneof("PaddingType")
    mode = {"constant": "constant", "reflection": "reflect", "replication": "replicate"}[kind]
    pad = [(0, 0)] * (x.ndim - 2) + [(a.startEdgeSize, a.endEdgeSize) for a in p.paddingAmounts.borderAmounts]
    return padded(x, pad, mode, p.constant.value)


def nn_activation(p, x):
    kind = p.WhichOneof("NonlinearityType")
    a = getattr(p, kind)
    return {
        "linear": lambda: a.alpha * x + a.beta,
        "ReLU": lambda: np.maximum(x, 0),
        "leakyReLU": lambda: np.where(x >= 0, x, a.alpha * x),
        "PReLU": lambda: np.where(x > 0, x, x * weights(a.alpha, [-1, 1, 1])),
        "tanh": lambda: np.tanh(x),
        "sigmoid": lambda: sigmoid(x),
        "sigmoidHard": lambda: np.clip(a.alpha * x + a.beta, 0, 1),
        "ELU": lambda: np.where(x >= 0, x, a.alpha * np.expm1(np.minimum(x, 0))),
        "softsign": lambda: x / (1 + np.abs(x)),
        "softplus": lambda: np.logaddexp(x, 0),
    }[kind]()


def nn_unary(p, x):
    x = (p.scale or 1) * x + p.shift
    return {
        0: lambda: np.sqrt(x),
        3: lambda: x**p.alpha,
        4: lambda: np.exp(x),
        5: lambda: np.log(x),
        6: lambda: np.abs(x),
    }[p.type]()


def nn_batchnorm(p, x):
    assert x.ndim == 4
    axis = x.ndim - 3
    gamma, beta = (weights(w, [p.channels]) for w in (p.gamma, p.beta))
    if p.computeMeanVar:
        assert p.instanceNormalization
        y = normalized(x, (x.ndim - 2, x.ndim - 1), 1, 0, p.epsilon)
    else:
        mean, variance = (along_channels(weights(w, [p.channels]), x.ndim, axis) for w in (p.mean, p.variance))
        y = (x - mean) / np.sqrt(variance + p.epsilon)
    return y * along_channels(gamma, x.ndim, axis) + along_channels(beta, x.ndim, axis)


def nn_inner_product(p, x):
    assert x.ndim <= 3 and x.shape[-1] == p.inputChannels
    y = x @ weights(p.weights, [p.outputChannels, p.inputChannels]).T
    return y + weights(p.bias, [p.outputChannels]) if p.hasBias else y


def nn_upsample(p, x):
    if p.mode == 0:
        return x.repeat(p.scalingFactor[0], -2).repeat(p.scalingFactor[1], -1)
    size = [factor * extent for factor, extent in zip(p.scalingFactor, x.shape[-2:])]
    return resized_bilinear(x, size, ["DEFAULT", "STRICT_ALIGN_CORNERS", "UNALIGN_CORNERS"][p.linearUpsampleMode])


def nn_layer_norm(p, x):
    shape = list(p.normalizedShape)
    assert list(x.shape[-len(shape) :]) == shape
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    return normalized(x, axes, weights(p.gamma, shape), weights(p.beta, shape), p.eps)


def nn_extremum(function):
    return lambda p, x: function(x, axis=p.axis, keepdims=not p.removeDim)


def nn_matmul(p, a, b):
    return np.matmul(
        np.swapaxes(a, -1, -2) if p.transposeA else a, np.swapaxes(b, -1, -2) if p.transposeB else b
    )


def number(function):
    """Truth values are 0 and 1."""
    return lambda p, *x: function(*x).astype(np.float64)


def nn_reduction(kind):
    def run(p, x):
        assert not p.reduceAll
        return reduced(kind, x, p.axes, p.keepDims)

    return run


LAYERS = {
    "convolution": nn_convolution,
    "convolution3d": nn_convolution3d,
    "pooling": nn_pool,
    "pooling3d": nn_pool3d,
    "padding": nn_padding,
    "constantPad": lambda p, x: padded(x, pairs(p.padAmounts), "constant", p.value),
    "activation": nn_activation,
    "unary": nn_unary,
    "batchnorm": nn_batchnorm,
    "innerProduct": nn_inner_product,
    "layerNormalization": nn_layer_norm,
    "lrn": lambda p, x: response_normalized(x, p.localSize, p.alpha, p.beta, p.k, x.ndim - 3),
    "upsample": nn_upsample,
    "resizeBilinear": lambda p, x: resized_bilinear(x, p.targetSize, {0: "STRICT_ALIGN_CORNERS"}[p.mode.samplingMethod]),
    "reorganizeData": lambda p, x: [space_to_depth, depth_to_space, pixel_shuffle][p.mode](x, p.blockSize),
    "clip": lambda p, x: np.clip(x, p.minVal, p.maxVal),
    "ceil": lambda p, x: np.ceil(x),
    "floor": lambda p, x: np.floor(x),
    "round": lambda p, x: np.round(x),
    "sign": lambda p, x: np.sign(x),
    "sin": lambda p, x: np.sin(x),
    "cos": lambda p, x: np.cos(x),
    "erf": lambda p, x: erf(x),
    "gelu": lambda p, x: gelu(x, ["EXACT", "TANH_APPROXIMATION"][p.mode]),
    "equal": number(np.equal),
    "notEqual": number(np.not_equal),
    "lessThan": number(np.less),
    "lessEqual": number(np.less_equal),
    "greaterThan": number(np.greater),
    "greaterEqual": number(np.greater_equal),
    "logicalAnd": number(np.logical_and),
    "logicalOr": number(np.logical_or),
    "logicalXor": number(np.logical_xor),
    "logicalNot": number(np.logical_not),
    "whereBroadcastable": lambda p, c, a, b: np.where(c != 0, a, b),
    "addBroadcastable": lambda p, a, b: a + b,
    "subtractBroadcastable": lambda p, a, b: a - b,
    "multiplyBroadcastable": lambda p, a, b: a * b,
    "divideBroadcastable": lambda p, a, b: a / b,
    "powBroadcastable": lambda p, a, b: a**b,
    "modBroadcastable": lambda p, a, b: np.mod(a, b),
    "minBroadcastable": lambda p, a, b: np.minimum(a, b),
    "maxBroadcastable": lambda p, a, b: np.maximum(a, b),
    "tile": lambda p, x: np.tile(x, list(p.reps)),
    "gather": lambda p, x, i: np.take(x, i.astype(int), p.axis),
    "gatherAlongAxis": lambda p, x, i: np.take_along_axis(x, i.astype(int), p.axis),
    "reverse": lambda p, x: np.flip(x, tuple(a for a, flips in enumerate(p.reverseDim) if flips)),
    "splitND": lambda p, x: split(x, list(p.splitSizes), p.axis),
    "concatND": lambda p, *x: np.concatenate(x, p.axis),
    "transpose": lambda p, x: x.transpose(list(p.axes)),
    "reshapeStatic": lambda p, x: x.reshape(list(p.targetShape)),
    "sliceStatic": lambda p, x: sliced(
        x, p.beginIds, p.endIds, p.strides, p.beginMasks, p.endMasks, p.squeezeMasks
    ),
    "softmaxND": lambda p, x: (lambda e: e / e.sum(p.axis, keepdims=True))(np.exp(x - x.max(p.axis, keepdims=True))),
    "topK": lambda p, x: top(x, p.K, p.axis, p.useBottomK),
    "argMax": nn_extremum(np.argmax),
    "argMin": nn_extremum(np.argmin),
    "cumSum": lambda p, x: cumulative(x, p.axis, p.excludeFinalSum, p.reverse),
    "batchedMatmul": nn_matmul,
    "loadConstantND": lambda p: weights(p.data, p.shape),
}
for layer, name in {
    "reduceL1": "l1_norm",
    "reduceL2": "l2_norm",
    "reduceMax": "max",
    "reduceMin": "min",
    "reduceSum": "sum",
    "reduceProd": "prod",
    "reduceMean": "mean",
    "reduceSumSquare": "sum_square",
    "reduceLogSumExp": "log_sum_exp",
}.items():
    LAYERS[layer] = nn_reduction(name)


def neural_network(spec):
    """The function that a specification with a neuralNetwork computes."""
    assert spec.specificationVersion >= 4 and spec.neuralNetwork.arrayInputShapeMapping == 1
    precisions = {}
    for name, array in stored_in_network(spec).items():
        # Core ML refuses a layer with weights of 16 bits and a bias of 32.
        assert precisions.setdefault(name.split("\0")[0], array.dtype) == array.dtype, f"{name}: {array.dtype}"

    def run(inputs):
        values = {i.name: np.asarray(inputs[i.name], np.float64) for i in spec.description.input}
        names = set()
        for layer in spec.neuralNetwork.layers:
            kind = layer.WhichOneof("layer")
            assert layer.name not in names, f"two layers {layer.name}"
            names.add(layer.name)
            results = LAYERS[kind](getattr(layer, kind), *[values[name] for name in layer.input])
            results = results if isinstance(results, (list, tuple)) else [results]
            for name, result in zip(layer.output, results, strict=True):
                assert name not in values
                values[name] = np.asarray(result)
        outputs = {}
        for feature in spec.description.output:
            value = values[feature.name]
            assert list(value.shape) == list(feature.type.multiArrayType.shape)
            is_integer = feature.type.multiArrayType.dataType == 131104
            outputs[feature.name] = value.astype(np.int32) if is_integer else value
        return outputs

    return run
