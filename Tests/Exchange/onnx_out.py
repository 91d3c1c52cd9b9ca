"""What `convolve convert` writes as ONNX, checked by those who read it.

Every file must pass onnx.checker with full checks; onnxruntime, or where a network is small ONNX's own reference
evaluator, must compute from it what the source computes, to 1e-5 of the largest output.

    python onnx_out.py --convolve .build/debug/convolve --seed 1 [--short]

Prints a line a kind, and fails on the first kinds with a difference.
"""

import argparse
import collections
import glob
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

import fixtures
import float64
from fixtures import numbers

# Those of `--opset`: 7 to the newest that onnx knows.
OPSETS = list(range(7, onnx.defs.onnx_opset_version() + 1))
TOLERANCE = 1e-5


class Refused(Exception):
    """The command says that it cannot write something."""


def convert(convolve, source, output, opset, dynamic=False, shapes=(), flags=()):
    command = [convolve, "convert", source, "-o", output, "--opset", str(opset), *flags]
    for name, shape in shapes:
        command += ["--input-shape", f"{name}=" + "x".join(map(str, shape))]
    done = subprocess.run(
        command + (["--dynamic"] if dynamic else []), capture_output=True, text=True
    )
    if done.returncode:
        text = done.stdout + done.stderr
        if "that cannot be written" in text and "opset" in text:
            raise Refused(done.stdout.strip())
        raise AssertionError(text.strip())
    onnx.checker.check_model(output, full_check=True)
    return done.stdout


def run_onnxruntime(path, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def run_reference(path, inputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ReferenceEvaluator(path).run(None, inputs)


def run_ours(convolve, path, inputs, outputs, folder):
    command = [convolve, "run", path]
    for index, (name, value) in enumerate(inputs.items()):
        np.save(f"{folder}/in{index}.npy", value)
        command += ["--input", f"{name}={folder}/in{index}.npy"]
    for index, name in enumerate(outputs):
        command += ["--output", f"{name}={folder}/out{index}.npy"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return [np.load(f"{folder}/out{index}.npy") for index in range(len(outputs))]


def difference(found, expected):
    """Relative to the largest output; infinite where shapes or types differ."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return np.inf
    if found.size == 0:
        return 0.0
    if not np.array_equal(np.isnan(found), np.isnan(expected)):
        return np.inf
    found, expected = (np.nan_to_num(a.astype(np.float64), nan=0) for a in (found, expected))
    if not np.array_equal(np.isinf(found), np.isinf(expected)):
        return np.inf
    largest = np.abs(expected).max()
    return np.abs(found - expected).max() / (largest or 1)


class Kind:
    """What is counted of one kind of source."""

    def __init__(self, name):
        self.name, self.files, self.worst, self.failures = name, 0, 0.0, []
        self.refused = collections.Counter()

    def check(self, label, body):
        """`body` yields pairs of what came and what was expected."""
        try:
            self.files += 1
            for found, expected in body():
                for a, b in zip(found, expected, strict=True):
                    worst = difference(a, b)
                    self.worst = max(self.worst, worst)
                    if not worst <= TOLERANCE:
                        raise AssertionError(f"differs by {worst:.2g}")
        except Refused as reason:
            self.refused[str(reason)] += 1
        except Exception as error:  # noqa: BLE001: whatever it is, it is counted
            self.failures.append(f"{label}: {str(error)[:400]}")

    def report(self, explains):
        refused = f", {self.refused.total()} refused" if self.refused else ""
        print(
            f"{self.name}: {self.files} files{refused}, worst {self.worst:.1e}, "
            f"{len(self.failures)} failures",
            flush=True,
        )
        for failure in self.failures[:20]:
            print(f"  {failure}", flush=True)
        if explains:
            for reason, count in self.refused.items():
                print(f"  refused {count} x {reason}", flush=True)
        return not self.failures


# ---- Layers ------------------------------------------------------------------------------------------------------


def layer_files(case, folder):
    """The options of a layer, and its arrays in files of a folder."""
    flags = fixtures.layer_flags(case)
    np.save(f"{folder}/w.npy", fixtures.array(case, "w"))
    if case["b"] is not None:
        np.save(f"{folder}/b.npy", fixtures.array(case, "b"))
        flags += ["--bias", f"{folder}/b.npy"]
    return flags


def check_layers(convolve, arguments, random):
    for name in fixtures.FRAMEWORKS:
        cases = fixtures.cases(name)
        static, dynamic = Kind(f"{name} layers"), Kind(f"{name} layers, dynamic")
        if arguments.short:
            cases = [cases[i] for i in random.choice(len(cases), 12, replace=False)]
        for case in cases:
            x, y = fixtures.array(case, "x"), fixtures.array(case, "y")
            for opset in random.choice(OPSETS, 1 if arguments.short else 2, replace=False):
                def body(is_dynamic, opset=int(opset)):
                    with tempfile.TemporaryDirectory() as folder:
                        out = f"{folder}/layer.onnx"
                        shapes = [] if is_dynamic else [("x", x.shape)]
                        flags = layer_files(case, folder)
                        convert(convolve, f"{folder}/w.npy", out, opset, is_dynamic, shapes, flags)
                        yield run_onnxruntime(out, {"x": x}), [y]
                        if not fixtures.is_grouped_transposed(case):
                            yield run_reference(out, {"x": x}), [y]
                        if random.random() < 0.2:
                            yield run_ours(convolve, out, {"x": x}, ["y"], folder), [y]

                static.check(f"{case['id']} opset {opset}", lambda: body(False))
                dynamic.check(f"{case['id']} opset {opset}", lambda: body(True))
        yield from (static, dynamic)


def random_flags(random):
    """Shapes of input and weights, and a layer's options."""
    rank = int(random.integers(1, 4))
    groups, channels = random.choice([1, 1, 2]), random.integers(1, 4, 2)
    kernel, stride, dilation = (random.integers(1, n, rank) for n in (5, 4, 4))
    is_transposed, is_last = random.random() < 0.35, random.random() < 0.3
    spans = dilation * (kernel - 1) + 1
    space = spans + random.integers(0, 7, rank)
    images = random.integers(1, 3)
    shape = [images, *space, channels[0] * groups] if is_last else [images, channels[0] * groups, *space]
    first = channels[0] if is_transposed else channels[1]
    second = channels[1] if is_transposed else channels[0]
    weights = [first * groups, second, *kernel]
    flags = ["--stride", numbers(stride), "--dilation", numbers(dilation)]
    flags += ["--groups", str(groups)] + (["--layout", "nhwc"] if is_last else [])
    words = ["valid", "same", "same-lower", "causal", "full"]
    if is_transposed:
        words = ["valid", "same", "same-upper", "same-lower"]
    elif (stride == 1).all():
        words.append("torch-same")
    if random.random() < 0.4:
        low = -1 if is_transposed else 0
        amounts = [int(random.integers(low, span + 1)) // 2 for span in np.repeat(spans, 2)]
        flags.append("--pads=" + numbers(amounts))
        if is_transposed and random.random() < 0.5:
            flags += ["--output-padding", numbers(random.integers(0, stride + 1))]
    else:
        flags += ["--padding", random.choice(words)]
    if not is_transposed and random.random() < 0.5:
        borders = ["zeros", "replicate", "reflect", "symmetric", "circular", "constant:1.5"]
        flags += ["--border", ",".join(random.choice(borders, rank))]
    if random.random() < 0.5:
        activations = ["relu", "relu6", "silu", "hardSwish", "gelu", "leakyRelu:0.1", "clip:-1,2"]
        flags += ["--activation", random.choice(activations)]
    return shape, weights, flags


def check_random(convolve, arguments, random):
    kinds = Kind("random layers"), Kind("random layers, dynamic")
    for _ in range(12 if arguments.short else 150):
        shape, weights, flags = random_flags(random)
        x, w = (random.standard_normal(n).astype(np.float32) for n in (shape, weights))
        opset = int(random.choice(OPSETS))
        for kind, dynamic in zip(kinds, [False, True]):
            def body():
                with tempfile.TemporaryDirectory() as folder:
                    np.save(f"{folder}/x.npy", x)
                    np.save(f"{folder}/w.npy", w)
                    files = ["--input", f"{folder}/x.npy", "--weights", f"{folder}/w.npy"]
                    apply = [convolve, "apply", *files, "-o", f"{folder}/y.npy", *flags]
                    # A layer that has no outputs, say, is none.
                    if subprocess.run(apply, capture_output=True).returncode:
                        return
                    out = f"{folder}/layer.onnx"
                    shapes = [] if dynamic else [("x", shape)]
                    convert(convolve, f"{folder}/w.npy", out, opset, dynamic, shapes, flags)
                    yield run_onnxruntime(out, {"x": x}), [np.load(f"{folder}/y.npy")]

            label = f"x {numbers(shape)} w {numbers(weights)} {' '.join(flags)} opset {opset}"
            kind.check(label, body)
    yield from kinds


# ---- Models --------------------------------------------------------------------------------------------------------


def smaller(model, inputs, height, width):
    """A corner of images whose extents the model leaves open; None where it leaves none."""
    corner = dict(inputs)
    for value in model.graph.input:
        if value.name in inputs:
            dims = value.type.tensor_type.shape.dim
            if len(dims) != 4 or any(d.HasField("dim_value") for d in dims[2:]):
                return None
            corner[value.name] = inputs[value.name][..., :height, :width]
    return corner


def check_models(convolve, arguments, random):
    chosen = arguments.model or ("mtcnn_onet" if arguments.short else "*")
    for folder in sorted(glob.glob(f"{arguments.models}/{chosen}/")):
        name = os.path.basename(folder[:-1])
        kind = Kind(name)
        source = f"{folder}/model.onnx"
        model = onnx.load(source)
        known = {t.name for t in model.graph.initializer}
        names = [i.name for i in model.graph.input if i.name not in known]
        inputs = {n: np.load(f"{folder}/in__{n.replace('/', '_')}.npy") for n in names}
        corner = smaller(model, inputs, 64, 128)
        inputs = smaller(model, inputs, 96, 160) or inputs
        expected = run_onnxruntime(source, inputs)
        # Where float32 is further from float64 than the bound, what files mean is compared, in float64.
        exact = float64.run(model, inputs)
        is_noisy = max(map(difference, [y.astype(np.float64) for y in expected], exact)) > TOLERANCE / 2
        outputs = [o.name for o in model.graph.output]
        with tempfile.TemporaryDirectory() as temporary:
            expected_of_ours = run_ours(convolve, source, inputs, outputs, temporary)
        opsets = arguments.opset or (random.choice(OPSETS[4:], 2, replace=False) if arguments.short else OPSETS)
        for opset in map(int, opsets):
            for dynamic in [False, True]:
                def body(opset=opset, dynamic=dynamic):
                    with tempfile.TemporaryDirectory() as temporary:
                        out = f"{temporary}/out.onnx"
                        shapes = [(n, v.shape) for n, v in inputs.items()]
                        convert(convolve, source, out, opset, dynamic, shapes)
                        found = run_onnxruntime(out, inputs)
                        if is_noisy:
                            yield float64.run(onnx.load(out), inputs), exact
                        else:
                            yield found, expected
                        if dynamic and corner and not is_noisy:
                            yield run_onnxruntime(out, corner), run_onnxruntime(source, corner)
                        if opset in (OPSETS[0], 13):
                            found = run_ours(convolve, out, inputs, outputs, temporary)
                            yield found, expected_of_ours

                kind.check(f"opset {opset}{' dynamic' if dynamic else ''}", body)
        yield kind


# ---- ONNX's own cases ----------------------------------------------------------------------------------------------


def check_cases(convolve, arguments, random):
    """The fixtures that are nodes of ONNX."""
    kinds = Kind("ConvTranspose and pools"), Kind("ConvTranspose and pools, dynamic")
    cases = [*fixtures.transposed_nodes(), *fixtures.pooling_nodes()]
    if arguments.short:
        cases = [cases[i] for i in random.choice(len(cases), 6, replace=False)]
    for name, model, inputs, outputs in cases:
        opset = int(random.choice(OPSETS))
        for kind, dynamic in zip(kinds, [False, True]):
            def body(dynamic=dynamic):
                with tempfile.TemporaryDirectory() as folder:
                    source, out = f"{folder}/model.onnx", f"{folder}/out.onnx"
                    onnx.save(model, source)
                    given = dict(zip([i.name for i in model.graph.input], inputs))
                    shapes = [(n, v.shape) for n, v in given.items()]
                    convert(convolve, source, out, opset, dynamic, shapes)
                    # onnxruntime has another idea of where a MaxUnpool puts samples in a larger output.
                    run = run_reference if "unpool" in name else run_onnxruntime
                    yield run(out, given), outputs

            kind.check(f"{name} opset {opset}", body)
    yield from kinds


# ---- ONNX's tests of nodes -----------------------------------------------------------------------------------------


def node_tests():
    """Name, model, inputs, outputs of ONNX's own tests of operators."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    for case in sorted(cases, key=lambda case: case.name):
        if case.model is None or not case.data_sets or case.name.removeprefix("test_") in fixtures.ROUNDED:
            continue
        inputs, outputs = case.data_sets[0]
        # Sequences and the like, which no network has here.
        if all(isinstance(value, (np.ndarray, np.generic)) for value in [*inputs, *outputs]):
            outputs = [np.asarray(value) for value in outputs]
            yield case.name, case.model, [np.asarray(value) for value in inputs], outputs


def supports(convolve, path):
    done = subprocess.run([convolve, "inspect", path], capture_output=True, text=True)
    return done.returncode == 0


def check_nodes(convolve, arguments, random):
    kinds = {key: Kind(f"nodes, {key}") for key in ["own opset", "other opset", "dynamic"]}
    for name, model, inputs, outputs in node_tests():
        if arguments.short and random.random() > 0.05:
            continue
        own = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), None)
        if own is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            # What a plan must know is in the file, where networks have it.
            source = f"{folder}/model.onnx"
            for fixed in [False, True]:
                if fixed:
                    for info, value in list(zip(model.graph.input, inputs))[1:]:
                        model.graph.initializer.append(numpy_helper.from_array(value, info.name))
                onnx.save(model, source)
                names = {t.name for t in model.graph.initializer}
                given = {
                    i.name: v for i, v in zip(model.graph.input, inputs) if i.name not in names
                }
                if not supports(convolve, source):
                    break
                shapes = [(n, v.shape) for n, v in given.items() if v.ndim]
                out = f"{folder}/out.onnx"

                def body(opset, dynamic):
                    convert(convolve, source, out, opset, dynamic, shapes)
                    try:
                        yield run_onnxruntime(out, given), outputs
                    except Exception as error:  # noqa: BLE001
                        # Types and versions that onnxruntime does not have.
                        if "NOT_IMPLEMENTED" not in str(error) and "INVALID_GRAPH" not in str(error):
                            raise
                        yield run_reference(out, given), outputs

                try:
                    convert(convolve, source, out, max(own, 7), False, shapes)
                except Refused:
                    pass
                except AssertionError as error:
                    if "known when a plan is made" in str(error) and not fixed:
                        continue
                other = int(random.choice([o for o in OPSETS]))
                kinds["own opset"].check(name, lambda: body(max(own, 7), False))
                kinds["other opset"].check(f"{name} opset {other}", lambda: body(other, False))
                kinds["dynamic"].check(f"{name} opset {other}", lambda: body(other, True))
                break
    yield from kinds.values()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--convolve", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a sample of everything")
    parser.add_argument("--explain", action="store_true", help="print what has been refused")
    parser.add_argument("--models", default=fixtures.TESTS / "ConvolutionGraphTests/Models")
    parser.add_argument("--model", help="only the models of this name")
    parser.add_argument("--opset", type=int, action="append", help="of models, only these")
    parser.add_argument("--only", choices=["layers", "cases", "random", "models", "nodes"])
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    checks = {
        "layers": check_layers,
        "cases": check_cases,
        "random": check_random,
        "models": check_models,
        "nodes": check_nodes,
    }
    is_right = True
    for name, check in checks.items():
        if arguments.only in (None, name):
            for kind in check(os.path.abspath(arguments.convolve), arguments, random):
                is_right = kind.report(arguments.explain) and is_right
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
