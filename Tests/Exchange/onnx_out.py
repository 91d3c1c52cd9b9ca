"""What `convolve convert` writes as ONNX, checked by those who read it.

Every file must pass onnx.checker with full checks; onnxruntime, or where a network is small ONNX's own reference
evaluator, must compute from it what the source computes, to 1e-5 of the largest output.

    python onnx_out.py --convolve .build/debug/convolve --seed 1 [--short]

Prints a line a kind, and fails on the first kinds with a difference.
"""

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
OPSETS = [9, 11, 13, 15, 17, 18, 21, onnx.defs.onnx_opset_version()]
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
            raise Refused(text.strip())
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
        self.name, self.files, self.refused, self.worst, self.failures = name, 0, 0, 0.0, []

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
        except Refused:
            self.refused += 1
        except Exception as error:  # noqa: BLE001: whatever it is, it is counted
            self.failures.append(f"{label}: {str(error)[:400]}")

    def report(self):
        refused = f", {self.refused} refused" if self.refused else ""
        print(
            f"{self.name}: {self.files} files{refused}, worst {self.worst:.1e}, "
            f"{len(self.failures)} failures",
            flush=True,
        )
        for failure in self.failures[:20]:
            print(f"  {failure}", flush=True)
        return not self.failures


# ---- Layers ------------------------------------------------------------------------------------------------------

WORDS = {"same_lower": "same-lower", "torch_same": "torch-same"}


def numbers(values):
    return ",".join(map(str, values))


def layer_flags(case, folder):
    flags = ["--stride", numbers(case["stride"]), "--dilation", numbers(case["dilation"])]
    flags += ["--groups", str(case["groups"])]
    if case["b"] is not None:
        np.save(f"{folder}/b.npy", np.array(case["b"], np.float32))
        flags += ["--bias", f"{folder}/b.npy"]
    if case["op"] == "conv_transpose":
        flags.append("--transpose")
    if case["padding"] == "explicit":
        flags.append("--pads=" + numbers(a for axis in case["pads"] for a in axis))
    else:
        flags += ["--padding", WORDS.get(case["padding"], case["padding"])]
    if case.get("output_padding") and any(case["output_padding"]):
        flags += ["--output-padding", numbers(case["output_padding"])]
    border = case.get("border_per_axis") or [case.get("border", "zeros")]
    if border != ["zeros"]:
        flags += ["--border", ",".join(border)]
        if "constant" in border:
            flags.append(f"--border-value={case['border_value']}")
    return flags


def fixtures(folder):
    for name in ["keras", "numpy", "onnx", "tensorflow", "torch"]:
        with open(f"{folder}/{name}.json") as file:
            yield name, json.load(file)["cases"]


def check_layers(convolve, arguments, random):
    kinds = []
    for name, cases in fixtures(arguments.fixtures):
        static, dynamic = Kind(f"{name} layers"), Kind(f"{name} layers, dynamic")
        if arguments.short:
            cases = [cases[i] for i in random.choice(len(cases), 12, replace=False)]
        for case in cases:
            x = np.array(case["x"], np.float32).reshape(case["x_shape"])
            w = np.array(case["w"], np.float32).reshape(case["w_shape"])
            y = np.array(case["y"], np.float32).reshape(case["y_shape"])
            for opset in random.choice(OPSETS, 1 if arguments.short else 2, replace=False):
                def body(is_dynamic, opset=int(opset)):
                    with tempfile.TemporaryDirectory() as folder:
                        np.save(f"{folder}/w.npy", w)
                        out = f"{folder}/layer.onnx"
                        shapes = [] if is_dynamic else [("x", x.shape)]
                        flags = layer_flags(case, folder)
                        convert(convolve, f"{folder}/w.npy", out, opset, is_dynamic, shapes, flags)
                        yield run_onnxruntime(out, {"x": x}), [y]
                        yield run_reference(out, {"x": x}), [y]
                        if random.random() < 0.2:
                            yield run_ours(convolve, out, {"x": x}, ["y"], folder), [y]

                static.check(f"{case['id']} opset {opset}", lambda: body(False))
                dynamic.check(f"{case['id']} opset {opset}", lambda: body(True))
        kinds += [static, dynamic]
        yield from (static, dynamic)


# ---- Models --------------------------------------------------------------------------------------------------------


def check_models(convolve, arguments, random):
    for folder in sorted(glob.glob(f"{arguments.models}/*/")):
        name = os.path.basename(folder[:-1])
        if arguments.short and name != "demosaicnet_bayer":
            continue
        kind = Kind(name)
        source = f"{folder}/model.onnx"
        model = onnx.load(source)
        known = {t.name for t in model.graph.initializer}
        names = [i.name for i in model.graph.input if i.name not in known]
        inputs = {n: np.load(f"{folder}/in__{n.replace('/', '_')}.npy") for n in names}
        expected = run_onnxruntime(source, inputs)
        opsets = random.choice(OPSETS[1:], 2, replace=False) if arguments.short else OPSETS
        for opset in map(int, opsets):
            for dynamic in [False, True]:
                def body(opset=opset, dynamic=dynamic):
                    with tempfile.TemporaryDirectory() as temporary:
                        out = f"{temporary}/out.onnx"
                        shapes = [(n, v.shape) for n, v in inputs.items()]
                        convert(convolve, source, out, opset, dynamic, shapes)
                        yield run_onnxruntime(out, inputs), expected
                        if opset in (OPSETS[0], 13):
                            outputs = [o.name for o in model.graph.output]
                            found = run_ours(convolve, out, inputs, outputs, temporary)
                            yield found, expected

                kind.check(f"opset {opset}{' dynamic' if dynamic else ''}", body)
        yield kind


# ---- ONNX's tests of nodes -----------------------------------------------------------------------------------------


def node_tests(arguments):
    """Name, model, inputs, outputs of every test that the command reads."""
    folder = os.path.join(os.path.dirname(onnx.__file__), "backend/test/data/node")
    for path in sorted(glob.glob(f"{folder}/*/")):
        model = onnx.load(f"{path}/model.onnx")
        data = sorted(glob.glob(f"{path}/test_data_set_*"))[0]
        try:
            tensors = {
                kind: [
                    numpy_helper.to_array(onnx.load_tensor(f"{data}/{kind}_{i}.pb"))
                    for i in range(len(getattr(model.graph, kind)))
                ]
                for kind in ["input", "output"]
            }
        except Exception:  # noqa: BLE001: sequences and the like, which no network has here
            continue
        yield os.path.basename(path[:-1]), model, tensors["input"], tensors["output"]


def supports(convolve, path):
    done = subprocess.run([convolve, "inspect", path], capture_output=True, text=True)
    return done.returncode == 0


def check_nodes(convolve, arguments, random):
    kinds = {key: Kind(f"nodes, {key}") for key in ["own opset", "other opset", "dynamic"]}
    for name, model, inputs, outputs in node_tests(arguments):
        if arguments.short and random.random() > 0.04:
            continue
        own = next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
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
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--short", action="store_true", help="a sample of everything")
    parser.add_argument("--fixtures", default=f"{TESTS}/ConvolutionTests/Fixtures")
    parser.add_argument("--models", default=f"{TESTS}/ConvolutionGraphTests/Models")
    parser.add_argument("--only", choices=["layers", "models", "nodes"])
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    checks = {"layers": check_layers, "models": check_models, "nodes": check_nodes}
    is_right = True
    for name, check in checks.items():
        if arguments.only in (None, name):
            for kind in check(os.path.abspath(arguments.convolve), arguments, random):
                is_right = kind.report() and is_right
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
