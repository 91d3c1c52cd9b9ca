"""ncnn with everything below fp32 turned off; its own choice of Winograd is on."""

import subprocess
import sys
import tempfile
from pathlib import Path

import ncnn
import numpy as np

import explicit_model

NAME = "ncnn"
VARIANTS = ["nchw"]

PAD_TYPES = {"replicate": 1, "reflect": 2}
NETWORK_MAGIC = 7767517
FP32_WEIGHTS = bytes(4)


def version():
    return ncnn.__version__


def prepare(layer, variant, threads):
    x, weights, bias = layer.arrays()
    weights = layer.output_first(weights)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "param").write_text(description(layer, weights.size))
        Path(folder, "bin").write_bytes(FP32_WEIGHTS + weights.tobytes() + bias.tobytes())
        network = read(Path(folder, "param"), Path(folder, "bin"), threads)
    images = [ncnn.Mat(image).clone() for image in x]  # ncnn knows no batch
    results = []

    def run():
        results.clear()
        for image in images:
            extractor = network.create_extractor()
            extractor.input("x", image)
            results.append(extractor.extract("y")[1])

    return run, lambda: np.stack([np.array(result) for result in results])


def convert(model, folder):
    """By its own converter; for one image, since ncnn knows no batch."""
    param = folder / "model.ncnn.param"
    if not param.exists():
        pnnx = Path(sys.executable).with_name("pnnx")
        shapes = {name: [1, *x.shape[1:]] for name, x in model.arrays.items()}
        explicit_model.write(model.path, folder / "model.onnx", shapes)
        shapes = ",".join(str(shape).replace(" ", "") for shape in shapes.values())
        command = [pnnx, "model.onnx", f"inputshape={shapes}", "fp16=0"]
        finished = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if not param.exists():
            said = (finished.stderr + finished.stdout).strip().splitlines()[-1:]
            raise RuntimeError(f"pnnx ended with code {finished.returncode}: {' '.join(said)}")
    return param


def load(model, threads):
    param = Path(model.path)
    network = read(param, param.with_suffix(".bin"), threads)
    arrays = zip(*model.arrays.values(), strict=True)
    batch = [[ncnn.Mat(array).clone() for array in image] for image in arrays]
    results = []

    def run():
        results.clear()
        for image in batch:
            extractor = network.create_extractor()
            for index, x in enumerate(image):
                extractor.input(f"in{index}", x)
            results.append(
                [extractor.extract(f"out{index}")[1] for index in range(len(model.outputs))]
            )

    def outputs():
        arrays = [np.stack([np.array(y) for y in images]) for images in zip(*results)]
        shapes = model.output_shapes.items()
        return {name: y.reshape(shape) for y, (name, shape) in zip(arrays, shapes, strict=True)}

    return run, outputs


def read(param, weights, threads):
    network = ncnn.Net()
    network.opt.num_threads = threads
    network.opt.use_vulkan_compute = False
    for option in dir(network.opt):
        if option.startswith(("use_fp16", "use_bf16")):
            setattr(network.opt, option, False)
    for load, file in ((network.load_param, param), (network.load_model, weights)):
        if load(str(file)) != 0:
            raise RuntimeError(f"ncnn cannot load {file.name}")
    return network


def description(layer, weight_count):
    """The network in ncnn's text form: a line an operation, its options as number=value."""
    lines = ["Input x 0 1 x"]
    source = "x"
    if layer.border == "circular":
        lines += circular_padding(layer)
        source = "padded"
    elif layer.border != "zeros":
        (top, bottom), (left, right) = layer.padding
        options = f"0={top} 1={bottom} 2={left} 3={right} 4={PAD_TYPES[layer.border]}"
        lines.append(f"Padding pad 1 1 x padded {options}")
        source = "padded"
    kind = "Deconvolution" if layer.transposed else "Convolution"
    kind += ("DepthWise" if layer.groups > 1 else "") + {1: "1D", 2: "", 3: "3D"}[layer.rank]
    options = {0: layer.output_channels, 5: 1, 6: weight_count}
    before, after = zip(*layer.zero_padding)
    if layer.transposed:
        # What the output has beyond the last tap is padding of its own.
        more = [max(-amount, 0) for amount in reversed(after)]
        options |= {18 + axis: amount for axis, amount in enumerate(more)}
        after = [max(amount, 0) for amount in after]
    per_axis = {1: layer.kernel, 2: layer.dilation, 3: layer.stride, 4: before}
    for number, values in per_axis.items():
        # Width, height and depth have the numbers n, 10 + n and 20 + n.
        options |= {10 * axis + number: value for axis, value in enumerate(reversed(values))}
    options |= {15 + axis: value for axis, value in enumerate(reversed(after))}
    if layer.groups > 1:
        options[7] = layer.groups
    words = " ".join(f"{number}={value}" for number, value in options.items())
    lines.append(f"{kind} convolution 1 1 {source} y {words}")
    blobs = sum(int(line.split()[3]) for line in lines)
    return "\n".join([str(NETWORK_MAGIC), f"{len(lines)} {blobs}", *lines]) + "\n"


def circular_padding(layer):
    """What ncnn has no operation for: of each axis the end, the whole and the start in a row."""
    lines = []
    source = "x"
    for axis, (extent, (before, after)) in enumerate(zip(layer.input, layer.padding), start=1):
        target = "padded" if axis == layer.rank else f"padded{axis}"
        lines += [
            f"Split split{axis} 1 3 {source} first{axis} whole{axis} last{axis}",
            crop(f"last{axis}", f"before{axis}", axis, extent - before, extent),
            crop(f"first{axis}", f"after{axis}", axis, 0, after),
            f"Concat concat{axis} 3 1 before{axis} whole{axis} after{axis} {target} 0={axis}",
        ]
        source = target
    return lines


def crop(source, target, axis, start, end):
    starts, ends, axes = f"-23309=1,{start}", f"-23310=1,{end}", f"-23311=1,{axis}"
    return f"Crop {target} 1 1 {source} {target} {starts} {ends} {axes}"
