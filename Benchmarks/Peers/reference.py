"""The right answers in float64: a product of matrices for every tap, and where its samples lie.

A window of taps lies on the padded wider side: a layer's input, or the output of a transposed
one, which adds its products there. Weights are taps, groups, and the matrix from the wider side's
channels to the other's.
"""

import numpy as np

from layers import NUMPY_MODES


def output(layer):
    x, weights, bias = (array.astype(np.float64) for array in layer.arrays())
    taps = matrices(layer, weights)
    y = spread(layer, x, taps) if layer.transposed else gathered(layer, padded(layer, x), taps)
    return y + bias.reshape(-1, *[1] * layer.rank)


def training(layer):
    """The output, and the gradients of input, weights and bias."""
    if layer.transposed or layer.border != "zeros":
        raise ValueError(f"{layer.name}: training is compared on layers bordered by zeros alone")
    x, weights, _ = (array.astype(np.float64) for array in layer.arrays())
    dy = layer.output_gradient().astype(np.float64)
    dx = spread(layer, dy, matrices(layer, weights))
    y, x = flat(grouped(layer, dy)), grouped(layer, padded(layer, x))
    products = [
        (y @ flat(x[window]).swapaxes(2, 3)).sum(axis=0) for window in windows(layer)
    ]
    dw = np.moveaxis(products, 0, -1).reshape(layer.weight_shape)
    db = dy.sum(axis=(0, *range(2, dy.ndim)))
    return [output(layer), dx, dw, db]


def matrices(layer, weights):
    first, second, *kernel = weights.shape
    weights = weights.reshape(layer.groups, first // layer.groups, second, np.prod(kernel))
    return np.ascontiguousarray(np.moveaxis(weights, -1, 0))


def windows(layer):
    """Where the samples of each tap lie among those of grouped images."""
    axes = list(zip(layer.dilation, layer.windows, layer.stride))
    for tap in np.ndindex(*layer.kernel):
        yield ..., *(
            slice(step * gap, step * gap + (count - 1) * stride + 1, stride)
            for step, (gap, count, stride) in zip(tap, axes)
        )


def gathered(layer, x, taps):
    x = grouped(layer, x)
    y = np.zeros([*x.shape[:2], taps.shape[2], np.prod(layer.windows)])
    for tap, window in zip(taps, windows(layer)):
        y += tap @ flat(x[window])
    return y.reshape(layer.output_shape)


def spread(layer, y, taps):
    """The transpose of `gathered`."""
    shape = layer.output_shape if layer.transposed else layer.input_shape
    y = flat(grouped(layer, y))
    spans = [(kernel - 1) * gap + 1 for kernel, gap in zip(layer.kernel, layer.dilation)]
    reach = [(count - 1) * step for count, step in zip(layer.windows, layer.stride)]
    extents = [
        max(start + span, before + extent)
        for start, span, before, extent in zip(reach, spans, layer.before, shape[2:])
    ]
    x = np.zeros([*y.shape[:2], taps.shape[-1], *extents])
    for tap, window in zip(taps, windows(layer)):
        x[window] += (tap.swapaxes(1, 2) @ y).reshape(x[window].shape)
    inside = [slice(before, before + extent) for before, extent in zip(layer.before, shape[2:])]
    return x[(..., *inside)].reshape(shape)


def padded(layer, x):
    pads = [[0, 0], [0, 0], *layer.padding]
    return np.pad(x, pads, mode=NUMPY_MODES.get(layer.border, "constant"))


def grouped(layer, images):
    return images.reshape(layer.batch, layer.groups, -1, *images.shape[2:])


def flat(images):
    """Grouped images without axes of space."""
    return images.reshape(*images.shape[:3], -1)


def relative_error(output, reference):
    """The largest difference, divided by the reference's largest value."""
    if output.shape != reference.shape:
        raise ValueError(f"output of shape {output.shape}, expected {reference.shape}")
    return float(np.abs(output - reference).max() / np.abs(reference).max())
