"""PyTorch: torch.nn.functional on its default tensors and on channels-last ones."""

import torch
import torch.nn.functional as functional

NAME = "PyTorch"
VARIANTS = ["nchw", "nhwc"]

CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}
CHANNELS_LAST = {2: torch.channels_last, 3: torch.channels_last_3d}
PAD_MODES = {"replicate": "replicate", "reflect": "reflect", "circular": "circular"}


def version():
    return torch.__version__


def prepare(layer, variant, threads):
    settings(threads)
    x, weights, bias = tensors(layer.arrays(), layer, variant)
    compute = (transposed if layer.transposed else convolution)(layer, x)
    y = None

    def run():
        nonlocal y
        y = compute(x, weights, bias)

    return run, lambda: y.contiguous().numpy().reshape(layer.output_shape)


def prepare_training(layer, variant, threads):
    settings(threads)
    if layer.before != layer.after:
        raise ValueError("its convolutions pad alike on both sides")
    x, weights, bias, dy = tensors([*layer.arrays(), layer.output_gradient()], layer, variant)
    axes = axes_of(layer, x, padding=layer.before)
    compute = CONVOLUTIONS[x.dim() - 2]
    gradients = torch.ops.aten.convolution_backward  # what autograd calls
    rest = [layer.output_channels], *axes.values(), False, [0] * (x.dim() - 2), layer.groups
    results = []

    def run():
        y = compute(x, weights, bias, groups=layer.groups, **axes)
        results[:] = y, *gradients(dy, x, weights, *rest, [True] * 3)

    shapes = layer.output_shape, layer.input_shape, layer.weight_shape, [layer.output_channels]
    return run, lambda: [
        result.contiguous().numpy().reshape(shape) for result, shape in zip(results, shapes)
    ]


def settings(threads):
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    torch.set_float32_matmul_precision("highest")


def tensors(arrays, layer, variant):
    """Channels-last where the variant says so; one axis as two, which is the fewest for that."""

    def tensor(array):
        array = torch.from_numpy(array)
        if variant == "nchw" or array.dim() == 1:
            return array
        if layer.rank == 1:
            array = array.unsqueeze(2)
        return array.to(memory_format=CHANNELS_LAST[array.dim() - 2])

    return map(tensor, arrays)


def axes_of(layer, x, padding):
    """The settings of every axis that x has."""
    more = x.dim() - 2 - layer.rank
    return {
        "stride": [1] * more + layer.stride,
        "padding": [0] * more + padding,
        "dilation": [1] * more + layer.dilation,
    }


def convolution(layer, x):
    # A convolution itself pads zeros alike on both sides, and nothing else.
    pads = [amount for padding in reversed(layer.padding) for amount in padding]
    pad = None
    if layer.border != "zeros":
        pad = lambda x: functional.pad(x, pads, mode=PAD_MODES[layer.border])
    elif layer.before != layer.after:
        pad = lambda x: functional.pad(x, pads)
    axes = axes_of(layer, x, padding=[0] * layer.rank if pad else layer.before)
    convolve = CONVOLUTIONS[x.dim() - 2]

    def compute(x, weights, bias):
        return convolve(pad(x) if pad else x, weights, bias, groups=layer.groups, **axes)

    return compute


def transposed(layer, x):
    # It takes the same away at both ends, then may add at the end; less is cut out of more.
    more = [before - after for before, after in layer.padding]
    axes = axes_of(layer, x, padding=layer.before) | {"groups": layer.groups}
    axes["output_padding"] = [0] * (x.dim() - 2 - layer.rank) + [max(some, 0) for some in more]
    compute = TRANSPOSED[x.dim() - 2]
    if min(more) >= 0:
        return lambda x, weights, bias: compute(x, weights, bias, **axes)
    inside = ..., *(slice(extent) for extent in layer.output)
    return lambda x, weights, bias: compute(x, weights, bias, **axes)[inside].clone()
