"""PyTorch: torch.nn.functional on its default tensors and on channels-last ones."""

import torch
import torch.nn.functional as functional

NAME = "PyTorch"
VARIANTS = ["nchw", "nhwc"]

CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
CHANNELS_LAST = {2: torch.channels_last, 3: torch.channels_last_3d}
PAD_MODES = {"replicate": "replicate", "reflect": "reflect", "circular": "circular"}


def version():
    return torch.__version__


def prepare(layer, variant, threads):
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    torch.set_float32_matmul_precision("highest")
    x, weights, bias = map(torch.from_numpy, layer.arrays())
    axes = {"stride": layer.stride, "dilation": layer.dilation, "padding": layer.before}

    if variant == "nhwc":
        if layer.rank == 1:  # Two axes are the fewest with a channels-last order.
            x, weights = x.unsqueeze(2), weights.unsqueeze(2)
            axes = {
                "stride": [1, *layer.stride],
                "dilation": [1, *layer.dilation],
                "padding": [0, *layer.before],
            }
        x = x.to(memory_format=CHANNELS_LAST[x.dim() - 2])
        weights = weights.to(memory_format=CHANNELS_LAST[x.dim() - 2])

    # A convolution itself pads zeros alike on both sides, and nothing else.
    pads = [amount for padding in reversed(layer.padding) for amount in padding]
    pad = None
    if layer.border != "zeros":
        pad = lambda: functional.pad(x, pads, mode=PAD_MODES[layer.border])
    elif layer.before != layer.after:
        pad = lambda: functional.pad(x, pads)
    if pad:
        axes["padding"] = 0
    convolve = CONVOLUTIONS[x.dim() - 2]
    y = None

    def run():
        nonlocal y
        y = convolve(pad() if pad else x, weights, bias, groups=layer.groups, **axes)

    return run, lambda: y.contiguous().numpy().reshape(layer.output_shape)
