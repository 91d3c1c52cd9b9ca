"""The layers to compare on: their shapes, their data and the right answer."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

# What numpy.pad calls a border.
NUMPY_MODES = {
    "replicate": "edge",
    "reflect": "reflect",
    "symmetric": "symmetric",
    "circular": "wrap",
}


@dataclass(frozen=True)
class Layer:
    """A layer out of convbench's JSON. Lists run over the axes of space, outermost first."""

    name: str
    batch: int
    groups: int
    input_channels: int
    output_channels: int
    input: list[int]
    kernel: list[int]
    stride: list[int]
    dilation: list[int]
    padding: list[list[int]]  # before and after
    border: str

    @classmethod
    def from_json(cls, report):
        shape = report["input_shape"]
        batch, channels, input = shape[0], shape[1], shape[2:]
        if report["layout"] == "nhwc":
            channels, input = shape[-1], shape[1:-1]
        layer = cls(
            name=report["name"],
            batch=batch,
            groups=report["groups"],
            input_channels=channels,
            output_channels=report["weight_shape"][0],
            input=input,
            kernel=report["weight_shape"][2:],
            stride=report["stride"],
            dilation=report["dilation"],
            padding=report["padding"],
            border=report["border"],
        )
        # As much after as before, which peers are faster with, where no tap reads the difference.
        alike = [[before, before] for before in layer.before]
        other = replace(layer, padding=alike)
        padding = [
            same if extent == other_extent else given
            for given, same, extent, other_extent in zip(
                layer.padding, alike, layer.output, other.output
            )
        ]
        return replace(layer, padding=padding)

    @property
    def rank(self):
        return len(self.input)

    @property
    def before(self):
        return [before for before, _ in self.padding]

    @property
    def after(self):
        return [after for _, after in self.padding]

    @property
    def output(self):
        return [
            (extent + sum(padding) - (kernel - 1) * dilation - 1) // stride + 1
            for extent, padding, kernel, dilation, stride in zip(
                self.input, self.padding, self.kernel, self.dilation, self.stride
            )
        ]

    @property
    def input_shape(self):
        return [self.batch, self.input_channels, *self.input]

    @property
    def output_shape(self):
        return [self.batch, self.output_channels, *self.output]

    @property
    def weight_shape(self):
        return [self.output_channels, self.input_channels // self.groups, *self.kernel]

    @property
    def gflop(self):
        """Two for every multiply-add, border taps counted."""
        return 2e-9 * np.prod(self.weight_shape) * self.batch * np.prod(self.output)

    @property
    def kind(self):
        """What layers are summed up by."""
        if self.rank != 2:
            return f"{self.rank}-D"
        if self.groups > 1:
            return "depthwise" if self.groups == self.input_channels else "grouped"
        if self.kernel == [1, 1]:
            return "pointwise"
        is_common = (self.kernel, self.stride, self.dilation) == ([3, 3], [1, 1], [1, 1])
        return "3x3, stride 1" if is_common else "other dense"

    @property
    def zero_padding(self):
        """The padding that a convolution itself can do: none where the border is not zeros."""
        return self.padding if self.border == "zeros" else [[0, 0]] * self.rank

    def arrays(self):
        """Input, weights and bias in float32, the same in every process."""
        random = np.random.default_rng(zlib.crc32(self.name.encode()))

        def array(shape):
            return 2 * random.random(shape, dtype=np.float32) - 1

        return array(self.input_shape), array(self.weight_shape), array(self.output_channels)

    def reference(self):
        """The output in float64: one product of matrices a tap."""
        x, weights, bias = (array.astype(np.float64) for array in self.arrays())
        pads = [[0, 0], [0, 0], *self.padding]
        x = np.pad(x, pads, mode=NUMPY_MODES.get(self.border, "constant"))
        x = x.reshape(self.batch, self.groups, -1, *x.shape[2:])
        weights = weights.reshape(self.groups, -1, weights.shape[1], np.prod(self.kernel))
        weights = np.ascontiguousarray(np.moveaxis(weights, -1, 0))
        y = np.zeros([self.batch, self.groups, weights.shape[2], np.prod(self.output)])
        for tap, tap_weights in zip(np.ndindex(*self.kernel), weights):
            window = tuple(
                slice(step * dilation, step * dilation + (extent - 1) * stride + 1, stride)
                for step, dilation, extent, stride in zip(
                    tap, self.dilation, self.output, self.stride
                )
            )
            samples = x[(..., *window)].reshape(*x.shape[:3], -1)
            y += tap_weights @ samples
        y = y.reshape(self.output_shape)
        return y + bias.reshape(-1, *[1] * self.rank)


def relative_error(output, reference):
    """The largest difference, divided by the reference's largest value."""
    if output.shape != reference.shape:
        raise ValueError(f"output of shape {output.shape}, expected {reference.shape}")
    return float(np.abs(output - reference).max() / np.abs(reference).max())


def channels_last(array):
    """N C *spatial as N *spatial C."""
    return np.ascontiguousarray(np.moveaxis(array, 1, -1))


def channels_first(array):
    """N *spatial C as N C *spatial."""
    return np.moveaxis(array, -1, 1)
