"""The layers to compare on: their shapes and their data."""

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
    transposed: bool
    batch: int
    groups: int
    input_channels: int
    output_channels: int
    input: list[int]
    output: list[int]
    kernel: list[int]
    stride: list[int]
    dilation: list[int]
    # Before and after; of a transposed layer what its output lacks, or has more where negative.
    padding: list[list[int]]
    border: str

    @classmethod
    def from_json(cls, report):
        last = report["layout"] == "nhwc"
        (batch, input_channels, *input), (_, output_channels, *output) = (
            [shape[0], shape[-1], *shape[1:-1]] if last else shape
            for shape in (report["input_shape"], report["output_shape"])
        )
        layer = cls(
            name=report["name"],
            transposed=report["transposed"],
            batch=batch,
            groups=report["groups"],
            input_channels=input_channels,
            output_channels=output_channels,
            input=input,
            output=output,
            kernel=report["weight_shape"][2:],
            stride=report["stride"],
            dilation=report["dilation"],
            padding=report["padding"],
            border=report["border"],
        )
        return layer if layer.transposed else layer.evenly_padded()

    def evenly_padded(self):
        """As much after as before, which peers are faster with, where no tap reads the rest."""
        spans = [(kernel - 1) * gap + 1 for kernel, gap in zip(self.kernel, self.dilation)]
        padding = [
            [before, before if (input + 2 * before - span) // step + 1 == output else after]
            for (before, after), input, output, span, step in zip(
                self.padding, self.input, self.output, spans, self.stride
            )
        ]
        return replace(self, padding=padding)

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
    def windows(self):
        """Windows along each axis: on the padded input, or on the output of a transposed layer."""
        return self.input if self.transposed else self.output

    @property
    def input_shape(self):
        return [self.batch, self.input_channels, *self.input]

    @property
    def output_shape(self):
        return [self.batch, self.output_channels, *self.output]

    @property
    def weight_shape(self):
        """O I/groups *kernel; of a transposed layer I O/groups *kernel."""
        first, second = self.output_channels, self.input_channels
        if self.transposed:
            first, second = second, first
        return [first, second // self.groups, *self.kernel]

    @property
    def gflop(self):
        """Two for every multiply-add, border taps counted."""
        return 2e-9 * np.prod(self.weight_shape) * self.batch * np.prod(self.windows)

    @property
    def kind(self):
        """What layers are summed up by."""
        if self.transposed:
            return f"transposed {self.rank}-D"
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
        return self.random(self.input_shape, self.weight_shape, self.output_channels)

    def output_gradient(self):
        """What training multiplies the layer's gradients with, of the output's shape."""
        return self.random(self.output_shape, seed=1)[0]

    def random(self, *shapes, seed=0):
        random = np.random.default_rng(zlib.crc32(self.name.encode(), seed))
        return [2 * random.random(shape, dtype=np.float32) - 1 for shape in shapes]

    def output_first(self, weights):
        """A transposed layer's weights in the order of others: O I/groups *kernel."""
        if not self.transposed:
            return weights
        weights = weights.reshape(self.groups, -1, *weights.shape[1:]).swapaxes(1, 2)
        return np.ascontiguousarray(weights).reshape(self.output_channels, -1, *self.kernel)


def channels_last(array):
    """N C *spatial as N *spatial C."""
    return np.ascontiguousarray(np.moveaxis(array, 1, -1))


def channels_first(array):
    """N *spatial C as N C *spatial."""
    return np.moveaxis(array, -1, 1)
