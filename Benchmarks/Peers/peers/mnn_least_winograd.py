"""MNN without most of its Winograd, whose error is beyond fp32's: for whole models."""

from functools import partial

from peers import mnn
from peers.mnn import convert, version

NAME = "MNN, least Winograd"
load = partial(mnn.load, least_winograd=True)
