"""The current oneDNN on plain tensors."""

import os
import sys

from onednn_library import OneDNN

NAME = "oneDNN"
VARIANTS = ["nchw", "nhwc"]

# The OpenCL device that this build runs on is in the virtual environment too.
os.environ["OCL_ICD_FILENAMES"] = f"{sys.prefix}/lib/libintelocl.so"
# It has threads of its own. OpenMP's, which copy the input where a border is padded, are not to
# spin beside them.
os.environ["OMP_WAIT_POLICY"] = "passive"
onednn = OneDNN(sys.prefix)


def version():
    return onednn.version()


def prepare(layer, variant, threads):
    take(threads)
    return onednn.prepare(layer, nhwc=variant == "nhwc")


def prepare_training(layer, variant, threads):
    take(threads)
    return onednn.prepare_training(layer, nhwc=variant == "nhwc")


def take(threads):
    # It takes all processors that it may run on.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
