"""ONNX models computed in double precision, to see what a file means rather than how float32 rounds it.

Two engines that round float32 differently part by more than 1e-5 behind a deep or steep network; float64 has no such noise.
PyTorch does the arithmetic. What the models beside the tests need is here, and what is written for them as ONNX.
"""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper

torch.set_num_threads(1)


def wide(array):
    tensor = torch.from_numpy(np.array(array))
    return tensor.double() if tensor.is_floating_point() else tensor


def padded(x, attributes, kernel, value=0.0):
    """x with the border of a window laid out around it, as `pads` or `auto_pad` say."""
    rank = len(kernel)
    strides = attributes.get("strides", [1] * rank)
    dilations = attributes.get("dilations", [1] * rank)
    pads = attributes.get("pads", [0] * 2 * rank)
    auto_pad = attributes.get("auto_pad", b"NOTSET")
    if auto_pad in (b"SAME_UPPER", b"SAME_LOWER"):
        spans = [d * (k - 1) + 1 for d, k in zip(dilations, kernel)]
        totals = [max((-(-n // s) - 1) * s + e - n, 0) for n, s, e in zip(x.shape[2:], strides, spans)]
        less, more = [t // 2 for t in totals], [t - t // 2 for t in totals]
        pads = less + more if auto_pad == b"SAME_UPPER" else more + less
    amounts = [n for axis in reversed(range(rank)) for n in (pads[axis], pads[rank + axis])]
    return F.pad(x, amounts, value=value), strides, dilations


def conv(a, x, w, b=None):
    x, strides, dilations = padded(x, a, w.shape[2:])
    run = [F.conv1d, F.conv2d, F.conv3d][x.ndim - 3]
    return run(x, w, b, strides, 0, dilations, a.get("group", 1))


def conv_transpose(a, x, w, b=None):
    rank = x.ndim - 2
    assert a.get("auto_pad", b"NOTSET") == b"NOTSET" and "output_shape" not in a
    pads, extra = a.get("pads", [0] * 2 * rank), a.get("output_padding", [0] * rank)
    run = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
    y = run(x, w, b, a.get("strides", [1] * rank), 0, 0, a.get("group", 1), a.get("dilations", [1] * rank))
    cropped = [n for axis in reversed(range(rank)) for n in (-pads[axis], extra[axis] - pads[rank + axis])]
    assert not any(extra), "what is added would be the bias"
    return F.pad(y, cropped)


def windows(a, x, value):
    """The samples under every tap, along a last axis."""
    kernel = a["kernel_shape"]
    x, strides, dilations = padded(x, a, kernel, value)
    if a.get("ceil_mode"):
        # The last window may reach beyond the border, but not begin there.
        more = []
        for n, k, s in zip(x.shape[2:], kernel, strides):
            rest = (n - k) % s
            more.append(s - rest if rest and n - rest + s - k < n else 0)
        x = F.pad(x, [n for m in reversed(more) for n in (0, m)], value=value)
    assert all(d == 1 for d in dilations)
    for axis, (k, s) in enumerate(zip(kernel, strides)):
        x = x.unfold(2 + axis, k, s)
    return x.flatten(2 + len(kernel))


def average_pool(a, x):
    counts = windows(a, torch.ones_like(x[:1, :1]), 1.0 if a.get("count_include_pad") else 0.0)
    return windows(a, x, 0.0).sum(-1) / counts.sum(-1)


def normalized(a, x, scale, b, mean, variance):
    shape = [1, -1] + [1] * (x.ndim - 2)
    scale, b, mean, variance = (t.reshape(shape) for t in (scale, b, mean, variance))
    return (x - mean) / torch.sqrt(variance + a.get("epsilon", 1e-5)) * scale + b


def resize(a, x, roi=None, scales=None, sizes=None):
    """Elements repeated, which is all that the models ask for."""
    assert a["mode"] == b"nearest" and a.get("coordinate_transformation_mode", b"asymmetric") == b"asymmetric"
    factors = torch.tensor(a["scales"]) if "scales" in a else scales if scales is not None and len(scales) else sizes / torch.tensor(x.shape)
    for axis, factor in enumerate(factors.tolist()):
        assert factor == int(factor)
        x = x.repeat_interleave(int(factor), axis)
    return x


def split(a, x, sizes=None):
    sizes = a.get("split") or (sizes.tolist() if sizes is not None else None)
    count = a["outputs"]
    return x.split(sizes or -(-x.shape[a.get("axis", 0)] // count), a.get("axis", 0))


def sliced(a, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = (a[n] if t is None else t.tolist() for n, t in (("starts", starts), ("ends", ends)))
    axes = a.get("axes") if axes is None else axes.tolist()
    steps = [1] * len(starts) if steps is None else steps.tolist()
    for axis, start, end, step in zip(axes or range(len(starts)), starts, ends, steps):
        x = x.index_select(axis, torch.arange(x.shape[axis])[slice(start, end, step)])
    return x


def reshape(a, x, shape=None):
    extents = a["shape"] if shape is None else shape.tolist()
    return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(extents)])


def clip(a, x, low=None, high=None):
    low, high = (a.get(n) if t is None else t for n, t in (("min", low), ("max", high)))
    x = x if low is None else torch.maximum(x, torch.as_tensor(low, dtype=x.dtype))
    return x if high is None else torch.minimum(x, torch.as_tensor(high, dtype=x.dtype))


def gemm(a, x, w, b=None):
    x, w = x.T if a.get("transA") else x, w.T if a.get("transB") else w
    y = a.get("alpha", 1.0) * (x @ w)
    return y if b is None else y + a.get("beta", 1.0) * b


def hard_sigmoid(a, x):
    return torch.clamp(a.get("alpha", 0.2) * x + a.get("beta", 0.5), 0, 1)


def softmax(a, x):
    """Before opset 13, over all axes from one on."""
    if a["opset"] >= 13:
        return x.softmax(a.get("axis", -1))
    return x.flatten(a.get("axis", 1) % x.ndim).softmax(-1).reshape(x.shape)


OPERATIONS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": average_pool,
    "BatchNormalization": normalized,
    "Cast": lambda a, x: wide(x.numpy().astype(helper.tensor_dtype_to_np_dtype(a["to"]))),
    "Clip": clip,
    "Concat": lambda a, *x: torch.cat(x, a["axis"]),
    "Constant": lambda a: wide(numpy_helper.to_array(a["value"])),
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Div": lambda a, x, y: x / y,
    "Dropout": lambda a, x, *rest: x,
    "Flatten": lambda a, x: x.reshape(int(np.prod(x.shape[: a.get("axis", 1)])), -1),
    "Gather": lambda a, x, i: torch.from_numpy(np.take(x.numpy(), i.numpy(), a.get("axis", 0))),
    "Gemm": gemm,
    "GlobalAveragePool": lambda a, x: x.mean(tuple(range(2, x.ndim)), keepdim=True),
    "HardSigmoid": hard_sigmoid,
    "HardSwish": lambda a, x: x * torch.clamp(x / 6 + 0.5, 0, 1),
    "Identity": lambda a, x: x,
    "LeakyRelu": lambda a, x: torch.where(x < 0, a.get("alpha", 0.01) * x, x),
    "MatMul": lambda a, x, y: x @ y,
    "Max": lambda a, *x: functools.reduce(torch.maximum, x),
    "MaxPool": lambda a, x: windows(a, x, -np.inf).amax(-1),
    "Min": lambda a, *x: functools.reduce(torch.minimum, x),
    "Mul": lambda a, x, y: x * y,
    "PRelu": lambda a, x, slope: torch.where(x < 0, slope * x, x),
    "Relu": lambda a, x: x.clamp(min=0),
    "Reshape": reshape,
    "Resize": resize,
    "Shape": lambda a, x: torch.tensor(x.shape),
    "Sigmoid": lambda a, x: x.sigmoid(),
    "Slice": sliced,
    "Softmax": softmax,
    "Split": split,
    "Sum": lambda a, *x: sum(x[1:], x[0]),
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Upsample": lambda a, x, scales=None: resize(a, x, None, scales),
}


def run(model, inputs):
    """The outputs in their order, of float64."""
    values = {"": None}
    values |= {t.name: wide(numpy_helper.to_array(t)) for t in model.graph.initializer}
    values |= {name: wide(array) for name, array in inputs.items()}
    opset = next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        attributes |= {"opset": opset, "outputs": len(node.output)}
        result = OPERATIONS[node.op_type](attributes, *[values[name] for name in node.input])
        values |= zip(node.output, result if isinstance(result, (list, tuple)) else [result])
    return [values[output.name].numpy() for output in model.graph.output]
