"""oneDNN 3.2 on OpenMP, on plain tensors."""

from pathlib import Path

from onednn_library import OneDNN

NAME = "oneDNN 3.2"
VARIANTS = ["nchw", "nhwc"]

onednn = OneDNN(Path(__file__).parents[1] / ".venv-onednn32")


def version():
    return onednn.version()


def prepare(layer, variant, threads):
    return onednn.prepare(layer, nhwc=variant == "nhwc")


def prepare_training(layer, variant, threads):
    return onednn.prepare_training(layer, nhwc=variant == "nhwc")
