"""Weights that the frameworks write, read by `convolve weights`: names, shapes, types and every bit of the values.

    python weights.py --convolve PATH [--seed N] [--short]

One line a kind of file; fails on the first difference. Needs numpy, torch, safetensors, keras and h5py.
"""

import argparse
import collections
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("KERAS_BACKEND", "torch")
import absl.logging
import h5py
import numpy
import safetensors.numpy
import safetensors.torch
import torch

absl.logging.set_verbosity("error")
warnings.filterwarnings("ignore", "Using padding='same'")
NUMPY_TYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()
TORCH_TYPES = "bool int8 int16 int32 int64 uint8 float16 bfloat16 float32 float64".split()


class Reader:
    """`convolve weights` on files in a folder."""

    def __init__(self, convolve, folder, rng):
        self.convolve, self.folder, self.rng = convolve, folder, rng
        self.files = self.tensors = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments):
        return subprocess.run(
            [self.convolve, "weights", *arguments], capture_output=True, text=True, timeout=60)

    def expect(self, path, expected, most=12):
        """Expects exactly the tensors of `expected`: name -> array in its own type, or a pair of array and type's name."""
        result = self.run(path)
        assert result.returncode == 0, f"{path}: {result.stderr}"
        lines = result.stdout.splitlines()
        rows = dict(
            (words[0], words[1:]) for words in (line.rsplit(maxsplit=2) for line in lines)
            if len(words) == 3 and words[2] in NUMPY_TYPES + ["bfloat16"])
        assert rows.keys() == expected.keys(), f"{path}: {sorted(rows.keys() ^ expected.keys())}"
        for name, value in expected.items():
            array, kind = value if isinstance(value, tuple) else (value, str(value.dtype))
            shape = "x".join(map(str, array.shape)) or "scalar"
            assert rows[name] == [shape, kind], f"{path}, {name}: {rows[name]}, not {shape} {kind}"
        for name in self.rng.sample(sorted(expected), min(most, len(expected))):
            value = expected[name]
            array = value[0] if isinstance(value, tuple) else value
            result = self.run(path, "--tensor", name, "--output", self.path("w.npy"))
            assert result.returncode == 0, f"{path}, {name}: {result.stderr}"
            got = numpy.load(self.path("w.npy"))
            with numpy.errstate(over="ignore"):
                wanted = array.astype(numpy.float32)
            assert got.shape == wanted.shape and got.dtype == numpy.float32, f"{path}, {name}: {got.shape}"
            assert numpy.array_equal(got, wanted, equal_nan=True), f"{path}, {name}: other values"
            assert numpy.array_equal(numpy.signbit(got), numpy.signbit(wanted)), f"{path}, {name}: other signs"
            self.tensors += 1
        self.files += 1

    def refuse(self, path, *mentions):
        """Expects one line of error that mentions all of `mentions`."""
        result = self.run(path)
        assert result.returncode == 1 and len(result.stderr.splitlines()) == 1, f"{path}: {result}"
        for mention in mentions:
            assert mention in result.stderr, f"{path}: {result.stderr}, without {mention}"
        self.files += 1


def shape(rng):
    return tuple(rng.choice([1, 2, 3, 5, 7]) for _ in range(rng.randint(0, 5)))


def array(rng, kind, extents=None):
    """Numbers of every size that the type has."""
    extents = shape(rng) if extents is None else extents
    source = numpy.random.default_rng(rng.getrandbits(32))
    kind = numpy.dtype(kind)
    if kind == bool:
        return source.integers(0, 2, extents).astype(bool)
    if kind.kind in "iu":
        limits = numpy.iinfo(kind)
        return numpy.asarray(source.integers(limits.min, limits.max, extents, kind, endpoint=True))
    # Any bits at all: infinities, NaNs and the smallest numbers among them.
    size = int(numpy.prod(extents))
    bits = source.integers(0, 256, size * kind.itemsize, numpy.uint8).view(kind)
    values = numpy.where(source.random(size) < 0.5, bits, source.standard_normal(size).astype(kind))
    return values.reshape(extents).astype(kind)


# NumPy


def npy(reader, rng):
    for kind in NUMPY_TYPES:
        for order in "CF":
            for mark in "<>":
                for version in [(1, 0), (2, 0), (3, 0)]:
                    value = numpy.asarray(
                        array(rng, kind).astype(numpy.dtype(kind).newbyteorder(mark)), order=order)
                    path = reader.path("one.npy")
                    with open(path, "wb") as file:
                        numpy.lib.format.write_array(file, value, version)
                    reader.expect(path, {"one": (value, kind)})
    for value in [numpy.zeros((0, 3)), numpy.random.rand(4, 5).T, numpy.arange(6)[::2], numpy.float64(3)]:
        numpy.save(reader.path("one.npy"), value)
        reader.expect(reader.path("one.npy"), {"one": numpy.asarray(value)})
    for value in [numpy.zeros(3, complex), numpy.array(["a", "b"]), numpy.zeros(2, "i4,f4")]:
        numpy.save(reader.path("one.npy"), value)
        if value.dtype.names:
            reader.refuse(reader.path("one.npy"), "record")
        else:
            result = reader.run(reader.path("one.npy"), "--tensor", "one", "--output", reader.path("w.npy"))
            assert result.returncode == 1 and value.dtype.str in result.stderr, result


def npz(reader, rng):
    for save in [numpy.savez, numpy.savez_compressed]:
        for _ in range(4):
            values = {f"{kind}_{i}/w": array(rng, kind) for i, kind in enumerate(NUMPY_TYPES)}
            values["transposed"] = array(rng, "float64", (3, 4, 5)).T
            values["zeros"] = numpy.zeros((200, 1000), numpy.float32)
            values["gewöhnlich"] = array(rng, "float32")
            save(reader.path("all.npz"), **values)
            reader.expect(reader.path("all.npz"), values)
        save(reader.path("none.npz"))
        reader.expect(reader.path("none.npz"), {})
        save(reader.path("list.npz"), *[array(rng, "float32") for _ in range(20)])


# safetensors


def safetensors_files(reader, rng):
    for _ in range(6):
        values = {f"layer.{i}.{kind}": array(rng, kind) for i, kind in enumerate(NUMPY_TYPES)}
        values["empty"] = numpy.zeros((2, 0), numpy.float32)
        path = reader.path("model.safetensors")
        safetensors.numpy.save_file(values, path, {"format": "pt", "said": 'a "b" \u2028 \U0001F600'})
        reader.expect(path, values)
        tensors = {kind: tensor(rng, kind) for kind in TORCH_TYPES}
        safetensors.torch.save_file(tensors, path)
        reader.expect(path, as_arrays(tensors))


def sharded(reader, rng):
    for _ in range(3):
        folder = tempfile.mkdtemp(dir=reader.folder)
        values = {f"{i}.weight": array(rng, "float32") for i in range(9)}
        places = {name: f"model-0000{rng.randint(1, 3)}-of-00003.safetensors" for name in values}
        for file in set(places.values()):
            mine = {name: value for name, value in values.items() if places[name] == file}
            # What the index does not mention is not there.
            mine["stray"] = numpy.ones(3, numpy.float32)
            safetensors.numpy.save_file(mine, os.path.join(folder, file))
        safetensors.numpy.save_file({"0.weight": numpy.zeros(1)}, os.path.join(folder, "model.safetensors"))
        index = os.path.join(folder, "model.safetensors.index.json")
        with open(index, "w") as file:
            json.dump({"metadata": {"total_size": 17}, "weight_map": places}, file)
        reader.expect(index, values)
        reader.expect(folder, values)


# PyTorch


def tensor(rng, kind, extents=None):
    if kind == "bfloat16":
        return torch.from_numpy(array(rng, "float32", extents)).bfloat16()
    return torch.from_numpy(array(rng, kind, extents).copy())


def as_arrays(tensors):
    """What is expected of tensors: bfloat16 becomes float32, which holds it exactly."""
    expected = {}
    for name, value in tensors.items():
        value = value.detach()
        kind = str(value.dtype).removeprefix("torch.")
        expected[name] = ((value.float() if kind == "bfloat16" else value).numpy(), kind)
    return expected


def random_state(rng):
    """Tensors of every type, and every kind of view."""
    state = collections.OrderedDict()
    for i, kind in enumerate(TORCH_TYPES):
        state[f"block.{i}.{kind}"] = tensor(rng, kind)
    base = tensor(rng, rng.choice(["float32", "float16", "bfloat16", "int64"]), (6, 8, 10))
    state["transposed"] = base.permute(rng.sample(range(3), 3))
    state["part"] = base[1:4, ::2, 3]
    state["row"] = base[2]
    state["expanded"] = base[:1, :1].expand(4, 3, 10)
    state["shared"] = base
    state["diagonal"] = base[0, :, :8].diagonal()
    state["channels last"] = tensor(rng, "float32", (2, 3, 4, 5)).contiguous(memory_format=torch.channels_last)
    state["parameter"] = torch.nn.Parameter(tensor(rng, "float32", (3, 2)))
    state["empty"] = torch.zeros(3, 0)
    return state


def network(rng):
    width = rng.choice([3, 4, 8])
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, width, rng.choice([1, 3, (4, 1)]), padding="same"), torch.nn.BatchNorm2d(width),
        torch.nn.ReLU(), torch.nn.Sequential(torch.nn.ConvTranspose2d(width, 2, 3), torch.nn.PReLU()),
        torch.nn.Flatten(), torch.nn.LazyLinear(5))


def saved(reader, value, form, protocol=2):
    path = reader.path("model.pth")
    torch.save(value, path, pickle_protocol=protocol, _use_new_zipfile_serialization=form == "zip")
    return path


def torch_states(reader, rng, form):
    for protocol in [2, 3, 4, 5]:
        state = random_state(rng)
        reader.expect(saved(reader, state, form, protocol), as_arrays(state))
        reader.expect(saved(reader, dict(state), form, protocol), as_arrays(state), most=3)
    one = tensor(rng, "float32")
    reader.expect(saved(reader, one, form), as_arrays({"model": one}))
    several = [tensor(rng, "float64") for _ in range(12)]
    reader.expect(saved(reader, several, form), as_arrays({str(i): value for i, value in enumerate(several)}))


def torch_checkpoints(reader, rng, form):
    for kind in [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW]:
        model = network(rng)
        model(torch.zeros(2, 3, 8, 8)).sum().backward()
        optimizer = kind(model.parameters(), lr=1e-3, **({"momentum": 0.9} if kind is torch.optim.SGD else {}))
        optimizer.step()
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
        checkpoint = {
            "epoch": 3, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "name": "net",
            "scheduler": {k: v for k, v in scheduler.state_dict().items()}, "none": None, "best": 0.5,
            "shape": torch.Size([1, 2]), "device": torch.device("cpu"), "type": torch.float16, "large": 1 << 80,
            "history": [1.5, {"loss": torch.ones(2)}], "accuracy": numpy.float64(0.5), "set": {1, 2},
            "bytes": b"abc", "array": numpy.arange(3), 7: torch.zeros(1), "complex": 1j,
        }
        expected = {f"state_dict.{name}": value for name, value in model.state_dict().items()}
        for place, state in optimizer.state_dict()["state"].items():
            for name, value in state.items():
                if torch.is_tensor(value):
                    expected[f"optimizer.state.{place}.{name}"] = value
        expected |= {"history.1.loss": torch.ones(2), "7": torch.zeros(1)}
        reader.expect(saved(reader, checkpoint, form, rng.randint(2, 5)), as_arrays(expected))


def torch_types_of_new_storages(reader, rng):
    state = {kind: torch.from_numpy(array(rng, kind, (2, 3))) for kind in ["uint16", "uint32", "uint64"]}
    expected = as_arrays(state)
    reader.expect(saved(reader, state, "zip"), expected)
    reader.expect(saved(reader, state, "old"), expected)
    state = {"complex": torch.zeros(2, dtype=torch.complex64), "w": torch.ones(2), "float8": torch.zeros(3).to(torch.float8_e4m3fn)}
    path = saved(reader, state, "zip")
    listed = reader.run(path).stdout
    assert "complex64" in listed and "float8_e4m3fn" in listed, listed
    assert reader.run(path, "--tensor", "w", "--output", reader.path("w.npy")).returncode == 0
    result = reader.run(path, "--tensor", "complex", "--output", reader.path("w.npy"))
    assert result.returncode == 1 and "complex64" in result.stderr, result


def refused(reader, rng):
    """Programs: whole models, TorchScript, and pickles that call something."""
    for form in ["zip", "old"]:
        reader.refuse(saved(reader, network(rng), form), "torch.nn.modules", "whole model")
        reader.refuse(saved(reader, {"m": [torch.nn.Linear(1, 1)]}, form), "torch.nn.modules.linear.Linear")
    path = reader.path("script.pt")
    torch.jit.script(torch.nn.Conv2d(1, 1, 1)).save(path)
    reader.refuse(path, "TorchScript")
    mark = reader.path("executed")

    class Calls:
        def __init__(self, function, *arguments):
            self.call = function, arguments

        def __reduce__(self):
            return self.call

    for function, arguments, name in [
        (os.system, (f"touch {mark}",), ".system"), (eval, (f"open({mark!r}, 'w')",), ".eval"),
        (subprocess.check_output, (["touch", mark],), ".check_output"), (getattr, (1, "real"), ".getattr"),
        (exec, (f"open({mark!r}, 'w')",), ".exec"), (__import__, ("os",), ".__import__"),
    ]:
        for form in ["zip", "old"]:
            for protocol in [2, 4]:
                value = {"w": torch.ones(2), "evil": Calls(function, *arguments)}
                reader.refuse(saved(reader, value, form, protocol), name)
        for protocol in range(6):
            with open(reader.path("plain.pth"), "wb") as file:
                pickle.dump(Calls(function, *arguments), file, protocol)
            reader.refuse(reader.path("plain.pth"), name)
    assert not os.path.exists(mark), "something was executed"


# Keras and HDF5


def keras_model(rng):
    import keras
    from keras import layers

    inputs = keras.Input((16, 12, 3))
    x = inputs
    for i in range(rng.randint(2, 5)):
        x = rng.choice([
            lambda: layers.Conv2D(rng.randint(1, 6), rng.choice([1, 3, (4, 1)]), padding="same"),
            lambda: layers.SeparableConv2D(4, 3, padding="same"), lambda: layers.DepthwiseConv2D(3, padding="same"),
            lambda: layers.Conv2DTranspose(3, 3, padding="same"), lambda: layers.BatchNormalization(),
            lambda: keras.Sequential([layers.Conv2D(2, 3, padding="same"), layers.BatchNormalization()]),
            lambda: layers.LayerNormalization(), lambda: layers.PReLU(),
        ])()(x)
    x = layers.Dense(3)(layers.Flatten()(x))
    model = keras.Model(inputs, x)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(numpy.random.default_rng(rng.getrandbits(32)).standard_normal(weight.shape))
    return model


def keras_files(reader, rng, name):
    """Keras's names are in the files only in parts: the values are compared in any order."""
    import keras

    for _ in range(4):
        keras.utils.clear_session() if hasattr(keras.utils, "clear_session") else keras.backend.clear_session()
        model = keras_model(rng)
        path = reader.path(name)
        if name.endswith(".weights.h5"):
            model.save_weights(path)
        else:
            model.save(path)
        wanted = [numpy.asarray(weight.value.detach().cpu()) for weight in model.weights]
        listed = [line.rsplit(maxsplit=2) for line in reader.run(path).stdout.splitlines()]
        names = [words[0] for words in listed if len(words) == 3 and words[2] in NUMPY_TYPES]
        assert len(names) == len(wanted), f"{path}: {names} for {len(wanted)} weights"
        found = []
        for tensor_name in names:
            result = reader.run(path, "--tensor", tensor_name, "--output", reader.path("w.npy"))
            assert result.returncode == 0, result.stderr
            found.append(numpy.load(reader.path("w.npy")))
            reader.tensors += 1
        key = lambda value: (value.shape, value.tobytes())
        assert sorted(map(key, found)) == sorted(map(key, wanted)), f"{path}: other values"
        if not any(isinstance(layer, keras.Sequential) for layer in model.layers):
            firsts = [n.split("/")[0] for n in names]
            assert set(firsts) <= {layer.name for layer in model.layers}, f"{path}: {names}"
        reader.files += 1


def hdf5(reader, rng):
    for version in ["earliest", "latest", "v108", "v110"]:
        for options in [{}, {"chunks": True}, {"compression": "gzip"}, {"compression": "gzip", "shuffle": True, "fletcher32": True}]:
            if options and version in ["latest", "v110"]:
                continue
            values = {}
            path = reader.path("all.h5")
            with h5py.File(path, "w", libver=version) as file:
                file.attrs["text"] = "a text"
                for i, kind in enumerate(NUMPY_TYPES):
                    for mark in "<>":
                        extents = tuple(rng.choice([1, 3, 7, 40]) for _ in range(rng.randint(1, 3)))
                        value = array(rng, kind, extents)
                        name = f"group{i % 3}/{kind}{ord(mark)}"
                        file.create_dataset(
                            name, data=value.astype(value.dtype.newbyteorder(mark)), **options)
                        values[name] = value
                for i in range(rng.choice([3, 40, 300])):
                    name = f"many/{i}"
                    file[name] = values[name] = array(rng, "float32", (2,))
                file["many"].attrs["numbers"] = list(range(10))
                file["scalar"] = values["scalar"] = numpy.float64(2.5)
                file["linked"] = values["linked"] = array(rng, "float32", (2, 2))
                file["soft"] = h5py.SoftLink("/linked")
            reader.expect(path, {name: numpy.asarray(value) for name, value in values.items()}, most=30)
    with h5py.File(reader.path("lzf.h5"), "w") as file:
        file.create_dataset("w", data=numpy.ones(100), compression="lzf")
    reader.refuse(reader.path("lzf.h5"), "lzf")


def kinds():
    yield "npy", npy
    yield "npz", npz
    yield "safetensors", safetensors_files
    yield "safetensors in several files", sharded
    for form in ["zip", "old"]:
        yield f"PyTorch states, {form} form", lambda reader, rng, form=form: torch_states(reader, rng, form)
        yield f"PyTorch checkpoints, {form} form", lambda reader, rng, form=form: torch_checkpoints(reader, rng, form)
    yield "PyTorch types without storages", torch_types_of_new_storages
    yield "PyTorch programs, refused", refused
    yield "HDF5", hdf5
    for name in ["model.keras", "model.weights.h5", "model.h5"]:
        yield f"Keras {name}", lambda reader, rng, name=name: keras_files(reader, rng, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--convolve", required=True, help="the built command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="once, not five times")
    parser.add_argument("--only", default="", help="only the kinds with this in their names")
    options = parser.parse_args()
    for name, check in kinds():
        if options.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for round in range(1 if options.short else 5):
                rng = random.Random(f"{options.seed} {round} {name}")
                numpy.random.seed(rng.getrandbits(32))
                torch.manual_seed(rng.getrandbits(32))
                reader = Reader(options.convolve, folder, rng)
                check(reader, rng)
            print(f"{name}: {reader.files} files, {reader.tensors} tensors a round, as written")


if __name__ == "__main__":
    main()
