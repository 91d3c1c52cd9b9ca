"""OpenCV's dnn module; its own choice of Winograd is on."""

import cv2
import numpy as np

from onnx_model import onnx_model

NAME = "OpenCV"
VARIANTS = ["nchw"]


def version():
    return cv2.__version__


def prepare(layer, variant, threads):
    cv2.setNumThreads(threads)
    network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx_model(layer), np.uint8))
    x, _, _ = layer.arrays()
    y = None

    def run():
        nonlocal y
        network.setInput(x)
        y = network.forward()

    return run, lambda: y
