"""oneDNN 2.6, Debian's, the last with Winograd: made to take it."""

from onednn_library import OneDNN

NAME = "oneDNN 2.6"
VARIANTS = ["nchw winograd"]

onednn = OneDNN()
if not onednn.version().startswith("2."):
    raise ImportError(f"the system's oneDNN is {onednn.version()}, expected 2.x")


def version():
    return onednn.version()


def prepare(layer, variant, threads):
    return onednn.prepare(layer, nhwc=False, winograd=True)
