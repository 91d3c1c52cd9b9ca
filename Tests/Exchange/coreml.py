"""Checks that Core ML's readers accept what `convolve convert` writes for Core ML, and that it computes the same.

Every file goes through coremltools (`load_spec` and, of a program, the loader that infers all types anew) and is then computed
by the evaluator beside this file, which was written from Core ML's documentation. Differences count relative to the largest
element of an output. Apple's own compiler exists on Apple's systems alone.
"""
import argparse
import collections
import itertools
import json
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
import onnxruntime  # noqa: E402
from coremltools.converters.mil.frontend.milproto import load as milproto  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

import coreml_evaluator  # noqa: E402

TOLERANCE = 1e-5
TESTS = pathlib.Path(__file__).resolve().parent.parent


class Unwritable(Exception):
    """Core ML cannot say it, or the command cannot read it, and has said so."""


class Checker:
    def __init__(self, convolve, folder):
        self.convolve, self.folder = convolve, folder
        self.failures = 0

    def command(self, *words):
        return subprocess.run([self.convolve, *map(str, words)], capture_output=True, text=True)

    def convert(self, words, shapes, extension, halves=False):
        """The function that the written file computes, and the specification."""
        path = self.folder / f"model{extension}"
        given = [f"{name}={'x'.join(map(str, shape))}" for name, shape in shapes.items()]
        options = [word for shape in given for word in ("--input-shape", shape)]
        result = self.command("convert", *words, "-o", path, *options, *["--half-weights"] * halves)
        if result.returncode:
            if "that cannot be written" in result.stderr or "expected supported operators" in result.stderr:
                raise Unwritable((result.stdout or result.stderr).strip())
            raise RuntimeError(f"convolve: {result.stderr.strip()}")
        spec = ct.utils.load_spec(str(path))
        if extension == ".mlmodel":
            return coreml_evaluator.neural_network(spec), spec
        weights = path / "Data/com.apple.CoreML/weights"
        weights = str(weights) if weights.exists() else ""
        milproto.load(spec, spec.specificationVersion, file_weights_dir=weights)
        return coreml_evaluator.program(spec, weights), spec

    def check(self, words, inputs, outputs, tolerance=TOLERANCE):
        """Both formats of a network, by inputs and outputs in their order."""
        for extension, halves in ((".mlpackage", False), (".mlmodel", False)):
            shapes = {name: value.shape for name, value in inputs.items()}
            run, spec = self.convert(words, shapes, extension, halves)
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
                difference = np.abs(result - expected)[np.isfinite(expected)].max(initial=0)
                largest = np.abs(expected[np.isfinite(expected)]).max(initial=0)
                assert difference <= tolerance * max(largest, 1e-30), f"{extension}: {difference} of {largest}"

    def all(self, kind, cases):
        """Prints a line: how many of a kind there were, and how many Core ML cannot say."""
        count, unwritable, failures = 0, collections.Counter(), []
        for name, check in cases:
            count += 1
            try:
                check()
            except Unwritable as reason:
                unwritable[str(reason)] += 1
            except Exception as error:
                failures.append(f"  {name}: {type(error).__name__}: {error}")
        left = sum(unwritable.values())
        print(f"{kind}: {count - left - len(failures)} the same, {left} not sayable, {len(failures)} failed", flush=True)
        print(*failures, sep="\n", end="\n" if failures else "", flush=True)
        self.failures += len(failures)
        return unwritable


# Layers


def saved(folder, name, array):
    path = folder / f"{name}.npy"
    np.save(path, np.ascontiguousarray(array, np.float32))
    return path


PADDINGS = {"torch_same": "torch-same", "same_lower": "same-lower"}


def listed(values):
    return ",".join(map(str, values))


def layer_words(checker, case, w, b):
    words = [saved(checker.folder, "w", w), "--stride", listed(case["stride"])]
    words += ["--dilation", listed(case["dilation"]), "--groups", case["groups"]]
    if b is not None:
        words += ["--bias", saved(checker.folder, "b", b)]
    if case["op"] == "conv_transpose":
        words += ["--transpose"]
        if any(case.get("output_padding") or []):
            words += ["--output-padding", listed(case["output_padding"])]
    if case["padding"] == "explicit":
        words += [f"--pads={listed(itertools.chain(*case['pads']))}"]
    else:
        words += ["--padding", PADDINGS.get(case["padding"], case["padding"])]
    borders = case.get("border_per_axis") or [case.get("border", "zeros")]
    value = f"constant:{case.get('border_value', 0)}"
    if borders != ["zeros"]:
        words += [f"--border={listed(value if b == 'constant' else b for b in borders)}"]
    return words


def fixtures(checker, folder, part):
    for path in sorted(folder.glob("*.json")):
        cases = json.loads(path.read_text())
        for case in cases["cases"][::part] if "cases" in cases else []:
            if case.get("op") not in ("conv", "conv_transpose"):
                continue
            arrays = {
                key: np.array(case[key], np.float32).reshape(case[f"{key}_shape"])
                for key in "xwby"
                if case.get(key) is not None
            }

            def check(case=case, arrays=arrays):
                words = layer_words(checker, case, arrays["w"], arrays.get("b"))
                checker.check(words, {"x": arrays["x"]}, [arrays["y"]])

            yield case["id"], check


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
        w = rng.standard_normal((*(channels if transposes else channels), *kernel)).astype(np.float32)
        inputs = w.shape[0] if transposes else w.shape[1] * groups
        outputs = w.shape[1] * groups if transposes else w.shape[0]
        x = rng.standard_normal((2, inputs, *space)).astype(np.float32)
        b = rng.standard_normal(outputs).astype(np.float32) if rng.random() < 0.7 else None
        layout = str(rng.choice(["nchw", "nhwc"]))
        x = np.moveaxis(x, 1, -1) if layout == "nhwc" else x
        activation = str(rng.choice(activations))

        def check(case=case, w=w, b=b, x=x, layout=layout, activation=activation):
            words = layer_words(checker, case, w, b) + ["--activation", activation, "--layout", layout]
            y = checker.folder / "y.npy"
            applied = ["--weights", *words, "-o", y, "--input", saved(checker.folder, "x", x)]
            result = checker.command("apply", *applied)
            if result.returncode:  # No output: nothing to compare.
                return
            expected = np.load(y)
            if expected.size:
                checker.check(words, {"x": x}, [expected])

        yield f"layer {number} {case}", check


# Networks


def session(path):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])


def models(checker, folder):
    for path in sorted(folder.glob("*/model.onnx")):

        def check(path=path):
            arrays = {}
            for file in sorted(path.parent.glob("in__*.npy")):
                arrays[file.stem.removeprefix("in__")] = np.load(file)
            engine = session(path)
            inputs = {i.name: arrays[i.name.replace("/", "_").replace(":", "_")] for i in engine.get_inputs()}
            expected = engine.run(None, inputs)
            # Halfway through a deep network, float32's own rounding is larger than the bound.
            checker.check([path], inputs, expected, max(TOLERANCE, 3e-5))

        yield path.parent.name, check


def nodes(checker, folder):
    for path in sorted(folder.glob("*/model.onnx")):

        def check(path=path):
            data = path.parent / "test_data_set_0"
            graph = onnx.load(path).graph
            constants = {tensor.name for tensor in graph.initializer}
            names = [value.name for value in graph.input if value.name not in constants]

            def tensors(kind):
                files = sorted(data.glob(f"{kind}_*.pb"), key=lambda f: int(f.stem.split("_")[1]))
                return [numpy_helper.to_array(onnx.load_tensor(file)) for file in files]

            inputs = dict(zip(names, tensors("input")))
            checker.check([path], inputs, tensors("output"), 1e-4)

        yield path.parent.name, check


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--convolve", required=True, help="the command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a part of everything")
    parser.add_argument("--models", type=pathlib.Path, help="folders of model.onnx and in__INPUT.npy")
    parser.add_argument("--explain", action="store_true", help="print what Core ML cannot say")
    parser.add_argument("--only", help="one kind")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(arguments.convolve, pathlib.Path(folder))
        graphs = TESTS / "ConvolutionGraphTests"
        part = 10 if arguments.short else 1
        kinds = {
            "fixtures": fixtures(checker, TESTS / "ConvolutionTests/Fixtures", part),
            "layers": random_layers(checker, rng, 20 if arguments.short else 200),
            "nodes": nodes(checker, graphs / "Nodes"),
            "models": models(checker, arguments.models or graphs / "Models"),
        }
        for kind, cases in kinds.items():
            if arguments.only in (None, kind):
                unwritable = checker.all(kind, cases)
                if arguments.explain:
                    print(*(f"  {n} x {reason}" for reason, n in unwritable.items()), sep="\n")
    sys.exit(1 if checker.failures else 0)


if __name__ == "__main__":
    main()
