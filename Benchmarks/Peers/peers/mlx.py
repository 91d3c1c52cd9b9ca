"""MLX on its CPU backend, the engine that Swift developers know from Apple's machines.

OPENBLAS_NUM_THREADS says on how many threads it multiplies matrices; all else is on one.
"""

import ctypes
from importlib.metadata import version as package_version

# The package brings Netlib's BLAS, ten times slower than the one that MLX built on Debian takes.
ctypes.CDLL("libopenblas.so.0", ctypes.RTLD_GLOBAL)

import mlx.core as mlx
import numpy as np

from layers import NUMPY_MODES, channels_first, channels_last

NAME = "MLX"
VARIANTS = ["nhwc"]

mlx.set_default_device(mlx.cpu)


def version():
    return package_version("mlx")


def prepare(layer, variant, threads):
    x, weights, bias = layer.arrays()
    weights = layer.output_first(weights)
    x, weights, bias = map(mlx.array, (channels_last(x), channels_last(weights), bias))
    axes = {"kernel_dilation": layer.dilation, "groups": layer.groups}
    if layer.transposed:
        ends = [(kernel - 1) * gap for kernel, gap in zip(layer.kernel, layer.dilation)]
        padding = [[end - a for a in amounts] for end, amounts in zip(ends, layer.padding)]
        axes |= {"input_dilation": layer.stride, "flip": True}
    else:
        padding = layer.zero_padding
        axes["stride"] = layer.stride
    axes["padding"] = [list(amounts) for amounts in zip(*padding)]
    # A convolution itself pads zeros and nothing else.
    borders = []
    if layer.border != "zeros":
        borders = [
            mlx.array(np.pad(np.arange(extent), padding, mode=NUMPY_MODES[layer.border]))
            for extent, padding in zip(layer.input, layer.padding)
        ]
    mlx.eval(x, weights, bias, borders)
    y = None

    def run():
        nonlocal y
        padded = x
        for axis, indices in enumerate(borders, start=1):
            padded = mlx.take(padded, indices, axis=axis)
        y = mlx.conv_general(padded, weights, **axes) + bias
        mlx.eval(y)

    return run, lambda: channels_first(np.array(y))
