"""oneDNN through onednn/, compiled here against one of its versions."""

import ctypes
import subprocess
import tempfile
import weakref
from pathlib import Path

import numpy as np

from layers import NUMPY_MODES, channels_first, channels_last

SOURCE = Path(__file__).with_name("onednn") / "interface.cpp"
COMPILER = ["g++", "-std=c++17", "-O2", "-fopenmp", "-shared", "-fPIC"]


NUMBER, LIST = ctypes.c_int64, ctypes.c_int64 * 3
X, Y, WEIGHTS, BIAS, GRADIENT = range(5)  # of onednn/layer.h


class Description(ctypes.Structure):
    """The layer of onednn/layer.h."""

    _fields_ = [
        *((name, NUMBER) for name in "rank batch groups input_channels output_channels".split()),
        *((name, LIST) for name in "input output kernel stride dilation before after".split()),
        *((name, NUMBER) for name in "channels_last transposed winograd training".split()),
    ]


class OneDNN:
    """A version of oneDNN: the one in a folder with include and lib, or else the system's."""

    def __init__(self, folder=None):
        # The old tags make the path hold for the libraries that oneDNN itself needs.
        path = f"-Wl,--disable-new-dtags,-rpath,{folder}/lib,--allow-shlib-undefined"
        where = [f"-I{folder}/include", f"-L{folder}/lib", path]
        with tempfile.TemporaryDirectory() as target:
            library = Path(target, "onednn.so")
            command = [*COMPILER, SOURCE, *(where if folder else []), "-ldnnl", "-o", library]
            compilation = subprocess.run(command, capture_output=True, text=True)
            if compilation.returncode != 0:
                raise ImportError(compilation.stderr.strip().splitlines()[0])
            self.library = ctypes.CDLL(library)
        self.library.convolution_make.restype = ctypes.c_void_p
        self.library.convolution_problem.restype = ctypes.c_char_p
        self.library.convolution_version.restype = ctypes.c_char_p

    def version(self):
        return self.library.convolution_version().decode()

    def prepare(self, layer, nhwc, winograd=False):
        pads = layer.border != "zeros"
        if pads and layer.rank != 2:
            raise ValueError(f"no border {layer.border} along {layer.rank} axes")
        made = Computation(self.library, layer, nhwc, winograd=winograd, pads=pads)
        x, _, _ = layer.arrays()
        if pads:
            # oneDNN pads zeros alone: a caller copies the input.
            run = made.padding(x)
        else:
            made.write(X, x)
            run = made.run
        return run, lambda: made.read(Y, layer.output_shape)

    def prepare_training(self, layer, nhwc):
        made = Computation(self.library, layer, nhwc, training=True)
        x, _, _ = layer.arrays()
        made.write(X, x)
        made.write(GRADIENT + Y, layer.output_gradient())
        shapes = {
            Y: layer.output_shape,
            GRADIENT + X: layer.input_shape,
            GRADIENT + WEIGHTS: layer.weight_shape,
            GRADIENT + BIAS: [layer.output_channels],
        }
        return made.run, lambda: [made.read(tensor, shape) for tensor, shape in shapes.items()]


class Computation:
    """The computation of onednn/computation.h."""

    def __init__(self, library, layer, nhwc, winograd=False, training=False, pads=False):
        self.library, self.layer, self.nhwc = library, layer, nhwc
        _, weights, bias = layer.arrays()
        weights = layer.output_first(weights)
        padded = [extent + sum(padding) for extent, padding in zip(layer.input, layer.padding)]
        before, after = zip(*layer.zero_padding)
        description = Description(
            layer.rank,
            layer.batch,
            layer.groups,
            layer.input_channels,
            layer.output_channels,
            LIST(*(padded if pads else layer.input)),
            LIST(*layer.output),
            LIST(*layer.kernel),
            LIST(*layer.stride),
            LIST(*layer.dilation),
            LIST(*before),
            LIST(*after),
            nhwc,
            layer.transposed,
            winograd,
            training,
        )
        address = library.convolution_make(
            ctypes.byref(description), pointer(weights), pointer(bias)
        )
        if not address:
            raise RuntimeError(library.convolution_problem().decode())
        self.made = ctypes.c_void_p(address)
        weakref.finalize(self, library.convolution_free, self.made)

    def run(self):
        self.library.convolution_run(self.made)

    def padding(self, x):
        """A run that first copies the input with its border of a 2-D layer."""
        x = channels_last(x) if self.nhwc else x
        rows, columns = (
            np.pad(np.arange(extent), padding, mode=NUMPY_MODES[self.layer.border])
            for extent, padding in zip(self.layer.input, self.layer.padding)
        )
        sizes = map(NUMBER, [*self.layer.input, self.layer.before[1]])
        copy = [self.made, pointer(x), pointer(rows), pointer(columns), *sizes]

        def run():
            self.library.convolution_pad_input(*copy)
            self.run()

        return run

    def write(self, tensor, images):
        images = channels_last(images) if self.nhwc else images
        self.library.convolution_write(self.made, tensor, pointer(images))

    def read(self, tensor, shape):
        is_image = tensor % GRADIENT in (X, Y)
        if self.nhwc and is_image:
            shape = [shape[0], *shape[2:], shape[1]]
        array = np.empty(shape, np.float32)
        self.library.convolution_read(self.made, tensor, pointer(array))
        return channels_first(array) if self.nhwc and is_image else array


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)
