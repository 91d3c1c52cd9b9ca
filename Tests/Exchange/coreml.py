"""Checks that Core ML's readers accept what `convolve convert` writes for Core ML, and that it computes the same.

Every file goes through coremltools (`load_spec` and, of a program, the loader that infers all types anew) and is then computed
by the evaluator beside this file, which was written from Core ML's documentation. Differences count relative to the largest
element of an output. The evaluator computes in float64; what it is compared with is exact (fixtures), or float64 as well where
a network is deep (models). Apple's own compiler exists on Apple's systems alone.
"""
import argparse
import collections
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
import coremltools as ct  # noqa: E402
import onnx  # noqa: E402
from coremltools.converters.mil.frontend.milproto import load as milproto  # noqa: E402
from onnx import numpy_helper  # noqa: E402

import coreml_evaluator  # noqa: E402
import fixtures  # noqa: E402
import float64  # noqa: E402

TOLERANCE = 1e-5
FORMATS = [".mlpackage", ".mlmodel"]


class Unwritable(Exception):
    """Core ML cannot say it, or the command cannot read it, and has said so."""


class Checker:
    def __init__(self, convolve, folder):
        self.convolve, self.folder = convolve, folder
        self.failures, self.worst = 0, 0.0

    def command(self, *words):
        return subprocess.run([self.convolve, *map(str, words)], capture_output=True, text=True)

    def convert(self, words, shapes, extension, halves=False):
        """The written file's specification, and the folder of its weights."""
        path = self.folder / f"model{extension}"
        given = [f"{name}={'x'.join(map(str, shape))}" for name, shape in shapes.items()]
        options = [word for shape in given for word in ("--input-shape", shape)]
        result = self.command("convert", *words, "-o", path, *options, *["--half-weights"] * halves)
        if result.returncode:
            if "that cannot be written" in result.stderr or "expected supported operators" in result.stderr:
                raise Unwritable((result.stdout or result.stderr).strip())
            raise RuntimeError(f"convolve: {result.stderr.strip()}")
        spec = ct.utils.load_spec(str(path))
        weights = path / "Data/com.apple.CoreML/weights"
        weights = str(weights) if weights.exists() else ""
        if extension == ".mlpackage":
            milproto.load(spec, spec.specificationVersion, file_weights_dir=weights)
        return spec, weights

    def check(self, words, inputs, outputs, halves=False):
        """Both formats of a network, by inputs and outputs in their order."""
        for extension in FORMATS:
            shapes = {name: value.shape for name, value in inputs.items()}
            spec, weights = self.convert(words, shapes, extension, halves)
            run = function(spec, weights)
            given = {
                feature.name: value.reshape(value.shape or (1,)).astype(
                    np.int32 if value.dtype.kind in "iub" else value.dtype
                )
                for feature, value in zip(spec.description.input, inputs.values())
            }
            results = list(run(given).values())
            for expected, result in zip(outputs, results, strict=True):
                expected = np.reshape(expected, np.shape(expected) or (1,))
                assert result.shape == expected.shape, f"{extension}: {result.shape}, expected {expected.shape}"
                if expected.dtype.kind in "iub":
                    assert np.array_equal(result, expected), f"{extension}: integers differ"
                    continue
                finite = np.isfinite(expected)
                assert np.array_equal(result[~finite], expected[~finite], equal_nan=True), f"{extension}: not finite"
                difference = np.abs(result - expected)[finite].max(initial=0)
                relative = difference / max(np.abs(expected[finite]).max(initial=0), 1e-30)
                self.worst = max(self.worst, relative)
                assert relative <= TOLERANCE, f"{extension}: {relative:.1e} of the largest"

    def check_halves(self, words, shapes):
        """With --half-weights the same constants are there, weights among them rounded to float16."""
        for extension in FORMATS:
            full, halves = (stored(*self.convert(words, shapes, extension, halves)) for halves in (False, True))
            assert full.keys() == halves.keys(), f"{extension}: other constants"
            for name, value in full.items():
                half = halves[name]
                if getattr(half, "dtype", None) == np.float16:
                    value = value.astype(np.float16)
                assert np.array_equal(value, half), f"{extension}: {name} is another constant"
            # Of a program biases and slopes stay as they are; weights lie flat in a neural network.
            large = [
                value for value in halves.values()
                if getattr(value, "size", 0) >= 1000 and value.dtype.kind == "f"
                and (extension == ".mlmodel" or value.size > max(value.shape))
            ]  # fmt: skip
            assert large and all(value.dtype == np.float16 for value in large), f"{extension}: weights of float32"

    def all(self, kind, cases):
        """Prints a line: how many of a kind there were, and how many Core ML cannot say."""
        count, unwritable, failures = 0, collections.Counter(), []
        self.worst = 0.0
        for name, check in cases:
            count += 1
            try:
                check()
            except Unwritable as reason:
                unwritable[str(reason)] += 1
            except Exception as error:
                failures.append(f"  {name}: {type(error).__name__}: {error}")
        left = sum(unwritable.values())
        same = f"{count - left - len(failures)} the same, worst {self.worst:.1e}"
        print(f"{kind}: {same}, {left} not sayable, {len(failures)} failed", flush=True)
        print(*failures, sep="\n", end="\n" if failures else "", flush=True)
        self.failures += len(failures)
        return unwritable


def function(spec, weights):
    """What the specification computes: outputs by name from inputs by name."""
    return coreml_evaluator.program(spec, weights) if is_program(spec) else coreml_evaluator.neural_network(spec)


def stored(spec, weights):
    """The constants by name."""
    if is_program(spec):
        return coreml_evaluator.stored_in_program(spec, weights)
    return coreml_evaluator.stored_in_network(spec)


def is_program(spec):
    return spec.WhichOneof("Type") == "mlProgram"


# Layers


def saved(folder, name, array):
    path = folder / f"{name}.npy"
    np.save(path, np.ascontiguousarray(array, np.float32))
    return path


def layer_words(checker, case, w, b):
    words = [saved(checker.folder, "w", w), *fixtures.layer_flags(case)]
    return words if b is None else [*words, "--bias", saved(checker.folder, "b", b)]


def fixture_layers(checker, part):
    """Numbers that float16 holds as well."""
    for framework in fixtures.FRAMEWORKS:
        for number, case in enumerate(fixtures.cases(framework)[::part]):
            x, w, b, y = (fixtures.array(case, key) for key in "xwby")

            def check(case=case, x=x, w=w, b=b, y=y, halves=number % 2 == 1):
                checker.check(layer_words(checker, case, w, b), {"x": x}, [y], halves)

            yield case["id"], check


def fixture_nodes(checker, part):
    for name, model, inputs, outputs in [*fixtures.transposed_nodes(), *fixtures.pooling_nodes()][::part]:

        def check(model=model, inputs=inputs, outputs=outputs):
            path = checker.folder / "node.onnx"
            onnx.save(model, path)
            checker.check([path], dict(zip([i.name for i in model.graph.input], inputs)), outputs)

        yield name, check


def random_layers(checker, rng, count):
    """Any padding, border, rank, grouping, activation; against `convolve apply`."""
    borders = ["zeros", "replicate", "reflect", "symmetric", "circular", "constant"]
    activations = ["identity", "relu", "relu6", "sigmoid", "tanh", "silu", "hardSwish", "gelu"]
    activations += ["clip:-0.5,0.75", "leakyRelu:0.2", "hardSigmoid:0.3,0.4"]
    for number in range(count):
        rank = int(rng.integers(1, 4))
        groups = int(rng.integers(1, 3))
        space = [int(rng.integers(2, 9)) for _ in range(rank)]
        kernel = [int(rng.integers(1, 5)) for _ in range(rank)]
        transposes = rng.random() < 0.3
        conventions = ["valid", "same", "explicit"]
        if not transposes:
            conventions += ["same_lower", "torch_same", "causal", "full"]
        case = {
            "op": "conv_transpose" if transposes else "conv",
            "groups": groups,
            "stride": [int(rng.integers(1, 4)) for _ in range(rank)],
            "dilation": [int(rng.integers(1, 3)) for _ in range(rank)],
            "padding": str(rng.choice(conventions)),
            "pads": [[int(n) for n in rng.integers(0 if transposes else -1, 7, 2)] for _ in range(rank)],
        }
        if case["padding"] == "torch_same":
            case["stride"] = [1] * rank
        if not transposes:
            case["border_per_axis"] = [str(b) for b in rng.choice(borders, rank)]
            case["border_value"] = float(rng.choice([0.5, -2]))
        channels = (2 * groups, int(rng.integers(1, 4)))
        w = rng.standard_normal((*channels, *kernel)).astype(np.float32)
        inputs = w.shape[0] if transposes else w.shape[1] * groups
        outputs = w.shape[1] * groups if transposes else w.shape[0]
        x = rng.standard_normal((2, inputs, *space)).astype(np.float32)
        b = rng.standard_normal(outputs).astype(np.float32) if rng.random() < 0.7 else None
        halves = bool(rng.random() < 0.3)
        if halves:
            w, b = (None if a is None else a.astype(np.float16).astype(np.float32) for a in (w, b))
        layout = str(rng.choice(["nchw", "nhwc"]))
        x = np.moveaxis(x, 1, -1) if layout == "nhwc" else x
        activation = str(rng.choice(activations))

        def check(case=case, w=w, b=b, x=x, layout=layout, activation=activation, halves=halves):
            words = layer_words(checker, case, w, b) + ["--activation", activation, "--layout", layout]
            y = checker.folder / "y.npy"
            applied = ["--weights", *words, "-o", y, "--input", saved(checker.folder, "x", x)]
            result = checker.command("apply", *applied)
            if result.returncode:  # No output: nothing to compare.
                return
            expected = np.load(y)
            if expected.size:
                checker.check(words, {"x": x}, [expected], halves)

        yield f"layer {number} {case}", check


# Networks


def models(checker, folder, name):
    """In float64 on both sides: behind a deep network float32's own rounding is larger than the bound."""
    for path in sorted(folder.glob(f"{name}/model.onnx")):

        def check(path=path):
            model = onnx.load(path)
            known = {tensor.name for tensor in model.graph.initializer}
            names = [value.name for value in model.graph.input if value.name not in known]
            files = [path.parent / f"in__{name.replace('/', '_').replace(':', '_')}.npy" for name in names]
            inputs = dict(zip(names, map(np.load, files)))
            checker.check([path], inputs, float64.run(model, inputs))
            checker.check_halves([path], {name: value.shape for name, value in inputs.items()})

        yield path.parent.name, check


def nodes(checker, folder, part):
    for path in sorted(folder.glob("*/model.onnx"))[::part]:
        name = path.parent.name
        if name.removeprefix("test_") in fixtures.ROUNDED:
            continue

        def check(path=path):
            data = path.parent / "test_data_set_0"
            model = onnx.load(path)
            known = {tensor.name for tensor in model.graph.initializer}
            names = [value.name for value in model.graph.input if value.name not in known]

            def tensors(kind):
                files = sorted(data.glob(f"{kind}_*.pb"), key=lambda f: int(f.stem.split("_")[1]))
                return [numpy_helper.to_array(onnx.load_tensor(file)) for file in files]

            inputs = dict(zip(names, tensors("input")))
            try:
                checker.check([path], inputs, tensors("output"))
            except (RuntimeError, Unwritable):
                # Weights, amounts and scales are in the file where networks have them.
                if len(inputs) < 2:
                    raise
                for name in names[1:]:
                    model.graph.initializer.append(numpy_helper.from_array(inputs.pop(name), name))
                fixed = checker.folder / "node.onnx"
                onnx.save(model, fixed)
                checker.check([fixed], inputs, tensors("output"))

        yield name, check


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--convolve", required=True, help="the command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a part of everything")
    parser.add_argument("--models", type=pathlib.Path, help="folders of model.onnx and in__INPUT.npy")
    parser.add_argument("--explain", action="store_true", help="print what Core ML cannot say")
    parser.add_argument("--only", help="one kind")
    parser.add_argument("--model", help="only the models of this name")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(arguments.convolve, pathlib.Path(folder))
        graphs = fixtures.TESTS / "ConvolutionGraphTests"
        part = 10 if arguments.short else 1
        name = arguments.model or ("mtcnn_onet" if arguments.short else "*")
        kinds = {
            "fixtures": fixture_layers(checker, part),
            "nodes of fixtures": fixture_nodes(checker, part),
            "layers": random_layers(checker, rng, 20 if arguments.short else 200),
            "nodes": nodes(checker, graphs / "Nodes", part),
            "models": models(checker, arguments.models or graphs / "Models", name),
        }
        for kind, cases in kinds.items():
            if arguments.only in (None, kind):
                unwritable = checker.all(kind, cases)
                if arguments.explain:
                    print(*(f"  {n} x {reason}" for reason, n in unwritable.items()), sep="\n")
    sys.exit(1 if checker.failures else 0)


if __name__ == "__main__":
    main()
