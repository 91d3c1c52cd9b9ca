"""oneDNN through onednn.cpp, compiled here against one of its versions."""

import ctypes
import subprocess
import tempfile
import weakref
from pathlib import Path

import numpy as np

from layers import NUMPY_MODES, channels_first, channels_last

SOURCE = Path(__file__).with_name("onednn.cpp")
COMPILER = ["g++", "-std=c++17", "-O2", "-fopenmp", "-shared", "-fPIC"]


NUMBER, LIST = ctypes.c_int64, ctypes.c_int64 * 3


class Description(ctypes.Structure):
    """The layer of onednn.cpp."""

    _fields_ = [
        *((name, NUMBER) for name in "rank batch groups input_channels output_channels".split()),
        *((name, LIST) for name in "input output kernel stride dilation before after".split()),
        *((name, NUMBER) for name in "channels_last winograd".split()),
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
        x, weights, bias = layer.arrays()
        if nhwc:
            x = channels_last(x)
        pads = layer.border != "zeros"
        if pads and layer.rank != 2:
            raise ValueError(f"no border {layer.border} along {layer.rank} axes")
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
            winograd,
        )
        library = self.library
        address = library.convolution_make(
            ctypes.byref(description), pointer(weights), pointer(bias)
        )
        if not address:
            raise RuntimeError(library.convolution_problem().decode())
        made = ctypes.c_void_p(address)

        if pads:
            # oneDNN pads zeros alone: a caller copies the input.
            rows, columns = (
                np.pad(np.arange(extent), padding, mode=NUMPY_MODES[layer.border])
                for extent, padding in zip(layer.input, layer.padding)
            )
            sizes = map(NUMBER, [*layer.input, layer.before[1]])
            copy = [made, pointer(x), pointer(rows), pointer(columns), *sizes]

            def run():
                library.convolution_pad_input(*copy)
                library.convolution_run(made)

        else:
            library.convolution_write_input(made, pointer(x))

            def run():
                library.convolution_run(made)

        def output():
            shape = [layer.batch, *layer.output, layer.output_channels]
            y = np.empty(shape if nhwc else layer.output_shape, np.float32)
            library.convolution_read_output(made, pointer(y))
            return channels_first(y) if nhwc else y

        weakref.finalize(run, library.convolution_free, made)
        return run, output


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)
