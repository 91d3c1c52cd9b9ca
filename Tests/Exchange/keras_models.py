"""Models of Keras, made at random, computed by Keras and by `convolve run`, must give the same.

    python keras_models.py --convolve .build/release/convolve --seed 1 [--short] [--kind conv2d]

Prints a line for each kind of model: how many there were, and the largest difference relative to the largest output.
Fails where one is above 1e-5. Keras computes with PyTorch.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

os.environ["KERAS_BACKEND"] = "torch"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import absl.logging  # noqa: E402
import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402

# .h5 is an older format, which is meant here.
absl.logging.set_verbosity("error")
TOLERANCE = 1e-5
KINDS = {}


def kind(function):
    """Registers a kind: a function of a random generator that returns a model."""
    KINDS[function.__name__] = function
    return function


# ---- Pieces ------------------------------------------------------------------------------------

FUNCTIONS = [
    None, "linear", "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "sigmoid", "sparse_sigmoid",
    "tanh", "hard_tanh", "silu", "swish", "hard_silu", "hard_swish", "hard_sigmoid", "gelu", "mish",
    "softplus", "softsign", "exponential", "log_sigmoid", "tanh_shrink", "soft_shrink", "hard_shrink",
    "squareplus", "sparse_plus", "softmax", "log_softmax",
]  # fmt: skip


def activation(r):
    """What layers take: mostly a word, now and then a layer."""
    if r.random() < 0.15:
        return r.choice([layers.LeakyReLU(0.15), layers.ReLU(max_value=1.5), layers.ELU(alpha=0.5)])
    return r.choice(FUNCTIONS)


def extents(r, rank, least=6):
    most = {1: 40, 2: 20, 3: 10}[rank]
    return [r.randint(min(least, most), most) for _ in range(rank)]


def images(r, rank, channels=None, data_format="channels_last", least=6):
    channels = channels or r.randint(1, 9)
    space = extents(r, rank, least)
    shape = space + [channels] if data_format == "channels_last" else [channels] + space
    return shape


def declared(r, shape, data_format="channels_last"):
    """The same, now and then without the extents of space."""
    if r.random() < 0.3:
        if data_format == "channels_last":
            return [None] * (len(shape) - 1) + shape[-1:]
        return shape[:1] + [None] * (len(shape) - 1)
    return shape


def data_format(r):
    return "channels_first" if r.random() < 0.2 else "channels_last"


def of_layer(layer, shape, model_shape=None, sequential=False):
    """A model of one layer, and the shape to run it on."""
    if sequential:
        model = keras.Sequential([keras.Input(model_shape or shape), layer])
    else:
        x = keras.Input(model_shape or shape, name="x")
        model = keras.Model(x, layer(x))
    return model, [shape]


def windows(r, rank, most=4):
    """Kernel, stride and dilation, not both of the latter above 1."""
    kernel = [r.randint(1, most) for _ in range(rank)]
    if r.random() < 0.5:
        return kernel, [r.randint(1, 3) for _ in range(rank)], [1] * rank
    return kernel, [1] * rank, [r.randint(1, 2) for _ in range(rank)]


def one_or_all(r, values):
    """A single number where all are alike, now and then."""
    return values[0] if len(set(values)) == 1 and r.random() < 0.5 else tuple(values)


# ---- Convolutions ------------------------------------------------------------------------------


def convolution(r, rank):
    kernel, stride, dilation = windows(r, rank)
    groups = r.choice([1, 1, 1, 2, 3])
    format = data_format(r)
    padding = r.choice(["valid", "same", "same"] + (["causal"] if rank == 1 and format == "channels_last" else []))
    shape = images(r, rank, groups * r.randint(1, 5), format, least=9)
    layer = getattr(layers, f"Conv{rank}D")(
        groups * r.randint(1, 5), one_or_all(r, kernel), one_or_all(r, stride), padding=padding,
        dilation_rate=one_or_all(r, dilation), groups=groups, data_format=format,
        use_bias=r.random() < 0.7, activation=activation(r),
    )
    return of_layer(layer, shape, declared(r, shape, format), r.random() < 0.5)


@kind
def conv1d(r):
    return convolution(r, 1)


@kind
def conv2d(r):
    return convolution(r, 2)


@kind
def conv3d(r):
    return convolution(r, 3)


@kind
def depthwise(r):
    rank = r.choice([1, 2, 2])
    kernel = r.randint(1, 4)
    stride, dilation = r.choice([(1, 1), (2, 1), (1, 2), (3, 1)])
    format = data_format(r)
    shape = images(r, rank, None, format, least=9)
    layer = getattr(layers, f"DepthwiseConv{rank}D")(
        kernel, stride, r.choice(["valid", "same"]), r.randint(1, 3), data_format=format,
        dilation_rate=dilation, activation=activation(r), use_bias=r.random() < 0.7,
    )
    return of_layer(layer, shape, declared(r, shape, format))


@kind
def separable(r):
    rank = r.choice([1, 2, 2])
    kernel = r.randint(1, 4)
    stride, dilation = r.choice([(1, 1), (2, 1), (1, 2), (3, 1)])
    format = data_format(r)
    shape = images(r, rank, None, format, least=9)
    layer = getattr(layers, f"SeparableConv{rank}D")(
        r.randint(1, 6), kernel, stride, r.choice(["valid", "same"]), format, dilation,
        r.randint(1, 3), activation(r), r.random() < 0.7,
    )
    return of_layer(layer, shape, declared(r, shape, format))


@kind
def transposed(r):
    rank = r.randint(1, 3)
    kernel, stride, dilation = windows(r, rank, 5)
    options = {}
    if min(stride) > 1 and r.random() < 0.5:
        options["output_padding"] = tuple(r.randint(0, s - 1) for s in stride)
    format = data_format(r)
    shape = images(r, rank, None, format)
    layer = getattr(layers, f"Conv{rank}DTranspose")(
        r.randint(1, 5), tuple(kernel), tuple(stride), r.choice(["valid", "same"]),
        data_format=format, dilation_rate=tuple(dilation), activation=activation(r),
        use_bias=r.random() < 0.7, **options,
    )
    return of_layer(layer, shape, declared(r, shape, format))


# ---- Pools -------------------------------------------------------------------------------------


@kind
def max_pooling(r):
    rank = r.randint(1, 3)
    format = data_format(r)
    shape = images(r, rank, None, format)
    layer = getattr(layers, f"MaxPooling{rank}D")(
        tuple(r.randint(1, 4) for _ in range(rank)),
        r.choice([None, tuple(r.randint(1, 3) for _ in range(rank))]),
        r.choice(["valid", "same"]), format,
    )
    return of_layer(layer, shape, declared(r, shape, format))


@kind
def average_pooling(r):
    rank = r.randint(1, 3)
    format = data_format(r)
    shape = images(r, rank, None, format)
    # With an odd number of border samples, Keras on PyTorch repeats the last one, where TensorFlow leaves it out.
    # Of windows of 1 and 2, and of odd ones with stride 1, that makes no difference.
    size = r.choice([1, 2, 3])
    stride = 1 if size == 3 else r.randint(1, 2)
    padding = r.choice(["valid", "same"])
    if padding == "valid":
        size, stride = r.randint(1, 4), r.randint(1, 3)
    layer = getattr(layers, f"AveragePooling{rank}D")(size, stride, padding, format)
    return of_layer(layer, shape, declared(r, shape, format))


@kind
def global_pooling(r):
    rank = r.randint(1, 3)
    format = data_format(r)
    shape = images(r, rank, None, format)
    name = r.choice(["Average", "Max"])
    layer = getattr(layers, f"Global{name}Pooling{rank}D")(data_format=format, keepdims=r.random() < 0.5)
    return of_layer(layer, shape, declared(r, shape, format))


# ---- Normalisation -----------------------------------------------------------------------------


@kind
def batch_normalization(r):
    shape = images(r, r.randint(1, 3)) if r.random() < 0.8 else [r.randint(1, 9)]
    layer = layers.BatchNormalization(
        axis=r.choice([-1, r.randint(1, len(shape))]), epsilon=r.choice([1e-3, 1e-5]),
        center=r.random() < 0.7, scale=r.random() < 0.7,
    )
    return of_layer(layer, shape)


@kind
def layer_normalization(r):
    shape = images(r, r.randint(1, 3))
    # Keras on PyTorch has no others than the last ones.
    axis = r.choice([-1, len(shape), list(range(r.randint(1, len(shape)), len(shape) + 1))])
    layer = layers.LayerNormalization(
        axis=axis, epsilon=r.choice([1e-3, 1e-5]), center=r.random() < 0.7, scale=r.random() < 0.7
    )
    return of_layer(layer, shape)


@kind
def group_normalization(r):
    groups = r.randint(1, 4)
    shape = images(r, r.randint(1, 3), groups * r.randint(1, 3))
    layer = layers.GroupNormalization(
        r.choice([groups, -1]), epsilon=r.choice([1e-3, 1e-5]), center=r.random() < 0.7,
        scale=r.random() < 0.7,
    )
    return of_layer(layer, shape)


@kind
def other_normalization(r):
    shape = images(r, r.randint(1, 3))
    layer = r.choice([
        layers.UnitNormalization(axis=r.choice([-1, 1, [1, 2]])),
        layers.RMSNormalization(axis=-1),
    ])
    return of_layer(layer, shape)


# ---- Activations -------------------------------------------------------------------------------


@kind
def activation_word(r):
    shape = images(r, r.randint(1, 3)) if r.random() < 0.7 else [r.randint(1, 20)]
    return of_layer(layers.Activation(r.choice(FUNCTIONS[1:])), shape, sequential=r.random() < 0.5)


@kind
def activation_layer(r):
    shape = images(r, r.randint(1, 3))
    layer = r.choice([
        layers.ReLU(r.choice([None, 1.0, 6.0]), r.choice([0, 0.1]), r.choice([0, 0.5])),
        layers.LeakyReLU(r.choice([0.1, 0.3])),
        layers.ELU(alpha=r.choice([1.0, 0.4])),
        layers.PReLU(shared_axes=r.choice([None, [1], list(range(1, len(shape)))])),
        layers.Softmax(axis=r.choice([-1, 1, [1, 2]])),
    ])
    return of_layer(layer, shape)


# ---- Merging -----------------------------------------------------------------------------------


@kind
def merging(r):
    shape = images(r, r.randint(1, 3))
    count = r.randint(2, 4)
    name = r.choice(["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
    count = 2 if name == "Subtract" else count
    shapes = [shape] + [[n if r.random() < 0.8 else 1 for n in shape] for _ in range(count - 1)]
    inputs = [keras.Input(s) for s in shapes]
    return keras.Model(inputs, getattr(layers, name)()(inputs)), shapes


@kind
def concatenate(r):
    shape = images(r, r.randint(1, 3))
    axis = r.choice([-1, r.randint(1, len(shape))])
    shapes = []
    for _ in range(r.randint(2, 4)):
        other = list(shape)
        other[axis if axis < 0 else axis - 1] = r.randint(1, 5)
        shapes.append(other)
    inputs = [keras.Input(s) for s in shapes]
    return keras.Model(inputs, layers.Concatenate(axis=axis)(inputs)), shapes


@kind
def dot(r):
    n, a, b = r.randint(2, 6), r.randint(1, 6), r.randint(1, 6)
    shapes, axes = r.choice([
        ([[n], [n]], 1), ([[a, n], [n, b]], (2, 1)), ([[n, a], [n, b]], 1), ([[a, n], [b, n]], -1),
        ([[n], [n, b]], (1, 1)), ([[a, n], [n]], (2, 1)),
    ])
    inputs = [keras.Input(s) for s in shapes]
    return keras.Model(inputs, layers.Dot(axes, normalize=r.random() < 0.4)(inputs)), shapes


# ---- Shapes ------------------------------------------------------------------------------------


@kind
def zero_padding(r):
    rank = r.randint(1, 3)
    format = data_format(r)
    shape = images(r, rank, None, format)
    pairs = tuple((r.randint(0, 3), r.randint(0, 3)) for _ in range(rank))
    padding = r.choice([r.randint(0, 3), pairs[0] if rank == 1 else pairs])
    layer = getattr(layers, f"ZeroPadding{rank}D")(padding, data_format=format)
    return of_layer(layer, shape, declared(r, shape, format))


@kind
def cropping(r):
    rank = r.randint(1, 3)
    format = data_format(r) if rank > 1 else "channels_last"
    shape = images(r, rank, None, format)
    pairs = tuple((r.randint(0, 2), r.randint(0, 2)) for _ in range(rank))
    amounts = r.choice([r.randint(1, 2), pairs[0] if rank == 1 else pairs])
    options = {"data_format": format} if rank > 1 else {}
    return of_layer(getattr(layers, f"Cropping{rank}D")(amounts, **options), shape)


@kind
def up_sampling(r):
    rank = r.randint(1, 3)
    format = data_format(r) if rank > 1 else "channels_last"
    shape = images(r, rank, None, format)
    options = {"data_format": format} if rank > 1 else {}
    if rank == 2:
        options["interpolation"] = r.choice(["nearest", "bilinear"])
    size = r.randint(1, 3) if rank == 1 else tuple(r.randint(1, 3) for _ in range(rank))
    return of_layer(getattr(layers, f"UpSampling{rank}D")(size, **options), shape, declared(r, shape, format))


@kind
def reshaping(r):
    shape = images(r, r.randint(1, 3))
    size = int(np.prod(shape))
    dims = list(range(1, len(shape) + 1))
    r.shuffle(dims)
    layer = r.choice([
        layers.Flatten(), layers.Flatten(data_format="channels_first"),
        layers.Reshape((size,)), layers.Reshape((-1, shape[-1])), layers.Permute(tuple(dims)),
        layers.Reshape(tuple(reversed(shape))),
    ])
    return of_layer(layer, shape)


@kind
def repeat_vector(r):
    return of_layer(layers.RepeatVector(r.randint(1, 5)), [r.randint(1, 9)])


# ---- Others ------------------------------------------------------------------------------------


@kind
def dense(r):
    shape = [r.randint(1, 6) for _ in range(r.randint(0, 3))] + [r.randint(1, 30)]
    layer = layers.Dense(r.randint(1, 20), activation(r), r.random() < 0.7)
    return of_layer(layer, shape, sequential=r.random() < 0.5)


@kind
def preprocessing(r):
    shape = images(r, 2, 3)
    layer = r.choice([
        layers.Rescaling(1 / 127.5, -1), layers.Rescaling([0.1, 0.2, 0.3], [1.0, 2.0, 3.0]),
        layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 2.0], invert=r.random() < 0.3),
        layers.Normalization(mean=0.5, variance=2.0, axis=None),
        layers.Normalization(),
        layers.Resizing(r.randint(3, 30), r.randint(3, 30), r.choice(["bilinear", "nearest"])),
    ])
    return of_layer(layer, shape)


@kind
def untrained(r):
    shape = images(r, 2, 3)
    layer = r.choice([
        layers.Dropout(0.3), layers.SpatialDropout2D(0.2), layers.GaussianNoise(0.1), layers.GaussianDropout(0.1),
        layers.AlphaDropout(0.1), layers.ActivityRegularization(0.1), layers.Identity(),
        layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.2), layers.RandomContrast(0.1),
    ])
    model, shapes = of_layer(layer, shape)
    x = keras.Input(shape)
    return keras.Model(x, layers.Conv2D(3, 3)(layer(layers.Conv2D(3, 1)(x)))), shapes


@kind
def embedding(r):
    rows = r.randint(3, 30)
    x = keras.Input((r.randint(1, 9),), dtype=r.choice(["int32", "float32", "int64"]))
    y = layers.Dense(3)(layers.Embedding(rows, r.randint(1, 9))(x))
    return keras.Model(x, y), [("indices", rows, x)]


@kind
def recurrent(r):
    steps, features = r.randint(1, 9), r.randint(1, 9)
    options = {
        "return_sequences": r.random() < 0.5, "go_backwards": r.random() < 0.3,
        "use_bias": r.random() < 0.8, "return_state": r.random() < 0.3,
    }
    name = r.choice(["LSTM", "GRU"])
    if name == "GRU":
        options["reset_after"] = r.random() < 0.6
    x = keras.Input((steps if r.random() < 0.7 else None, features))
    y = getattr(layers, name)(r.randint(1, 8), **options)(x)
    if isinstance(y, (list, tuple)):
        y = [layers.Dense(2)(part) for part in y]
    return keras.Model(x, y), [[steps, features]]


@kind
def bidirectional(r):
    steps, features = r.randint(1, 9), r.randint(1, 9)
    layer = r.choice([layers.LSTM, layers.GRU])(r.randint(1, 8), return_sequences=r.random() < 0.5)
    merge = r.choice(["concat", "sum", "ave", "mul"])
    return of_layer(layers.Bidirectional(layer, merge_mode=merge), [steps, features])


@kind
def time_distributed(r):
    layer = r.choice([layers.Dense(3, "relu"), layers.Conv2D(2, 3, padding="same"), layers.Flatten()])
    return of_layer(layers.TimeDistributed(layer), [r.randint(1, 4)] + images(r, 2))


# ---- Models ------------------------------------------------------------------------------------


def block(r, x, filters):
    """A few layers of images, that keep height and width."""
    for _ in range(r.randint(1, 3)):
        layer = r.choice([
            lambda: layers.Conv2D(filters, r.choice([1, 3, (4, 1), 2]), padding="same", activation=r.choice(["relu", "swish", None])),
            lambda: layers.DepthwiseConv2D(3, padding="same"),
            lambda: layers.SeparableConv2D(filters, 3, padding="same"),
            lambda: layers.BatchNormalization(),
            lambda: layers.ReLU(6.0),
            lambda: layers.PReLU(shared_axes=[1, 2]),
            lambda: layers.Activation(r.choice(["relu", "gelu", "hard_sigmoid", "softmax"])),
            lambda: layers.MaxPooling2D(3, 1, padding="same"),
            lambda: layers.Dropout(0.2),
            lambda: layers.LayerNormalization(),
            lambda: layers.GroupNormalization(1),
        ])()
        x = layer(x)
    return layers.Conv2D(filters, 1)(x)


@kind
def sequential_network(r):
    shape = images(r, 2)
    model = keras.Sequential([keras.Input(shape)])
    for _ in range(r.randint(1, 3)):
        model.add(layers.Conv2D(r.randint(2, 8), 3, strides=r.randint(1, 2), padding="same"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        if r.random() < 0.3:
            model.add(layers.ZeroPadding2D(((0, 1), (0, 1))))
    model.add(r.choice([layers.Flatten, layers.GlobalAveragePooling2D])())
    model.add(layers.Dense(5, "softmax"))
    return model, [shape]


@kind
def residual_network(r):
    shape = images(r, 2)
    x = keras.Input(shape)
    y = layers.Conv2D(6, 3, padding="same")(x)
    for _ in range(r.randint(1, 3)):
        other = block(r, y, 6)
        y = r.choice([layers.Add(), layers.Multiply(), layers.Maximum()])([y, other])
        if r.random() < 0.5:
            gate = layers.GlobalAveragePooling2D(keepdims=True)(y)
            y = layers.Multiply()([y, layers.Conv2D(6, 1, activation="sigmoid")(gate)])
    return keras.Model(x, y), [shape]


@kind
def u_network(r):
    n = r.choice([8, 16])
    x = keras.Input((n, n, 3))
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = layers.Conv2D(8, 3, strides=2, padding="same")(a)
    b = layers.LeakyReLU(0.1)(layers.BatchNormalization()(b))
    up = r.choice([
        layers.Conv2DTranspose(4, 3, strides=2, padding="same"), layers.UpSampling2D(interpolation="bilinear"),
        layers.UpSampling2D(),
    ])(b)
    y = layers.Conv2D(2, r.choice([1, 2, 3]), padding="same")(layers.Concatenate()([a, up]))
    return keras.Model(x, y), [[n, n, 3]]


@kind
def nested(r):
    shape = images(r, 2)
    inner = keras.Sequential([layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(), layers.ReLU()])
    if r.random() < 0.5:
        inner = keras.Sequential([keras.Input(shape)] + inner.layers)
    i = keras.Input((None, None, 4))
    middle = keras.Model(i, layers.Add()([i, layers.Conv2D(4, 3, padding="same")(i)]), name="middle")
    if r.random() < 0.5:
        middle = keras.Sequential([keras.Input((None, None, 4)), middle, layers.Activation("tanh")])
    x = keras.Input(shape)
    y = middle(inner(x))
    if r.random() < 0.6:
        # The same model, applied again.
        y = middle(y)
    return keras.Model(x, layers.Conv2D(2, 1)(y) if r.random() < 0.5 else y), [shape]


@kind
def shared(r):
    shape = images(r, 2)
    convolution = layers.Conv2D(shape[-1], 3, padding="same", activation="relu")
    x, z = keras.Input(shape), keras.Input(shape)
    a, b = convolution(x), convolution(z)
    if r.random() < 0.5:
        a = convolution(a)
    return keras.Model([x, z], layers.Subtract()([a, b])), [shape, shape]


@kind
def several_outputs(r):
    shape = images(r, 2)
    x, z = keras.Input(shape, name="image"), keras.Input((5,), name="vector")
    y = layers.Conv2D(5, 3, padding="same")(x)
    w = layers.Dense(5, "sigmoid", name="gate")(z)
    y = layers.Multiply(name="gated")([y, layers.Reshape((1, 1, 5))(w)])
    p = layers.GlobalMaxPooling2D(name="top")(y)
    inputs = r.choice([[x, z], {"image": x, "vector": z}])
    outputs = r.choice([[y, p, w], {"map": y, "top": p, "gate": w}])
    return keras.Model(inputs, outputs), [shape, [5]]


@kind
def operations(r):
    shape = images(r, 2)
    x, z = keras.Input(shape), keras.Input(shape)
    y = x + z * 2.0 - 1.0
    y = r.choice([ops.relu, ops.gelu, ops.silu, ops.tanh, ops.sigmoid, ops.square, ops.exp, ops.hard_sigmoid])(y)
    y = ops.concatenate([y, ops.leaky_relu(z, 0.3)], axis=-1)
    y = layers.Conv2D(3, 3, padding="same")(y)
    if r.random() < 0.5:
        y = y / (1.0 + ops.mean(ops.abs(y), axis=[1, 2], keepdims=True))
    if r.random() < 0.5:
        y = y[:, 1:, ::2, 0]
    return keras.Model([x, z], y), [shape, shape]


# NASNetMobile Keras does not have on PyTorch.
APPLICATIONS = [
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "DenseNet121", "Xception",
    "ResNet50", "ResNet50V2", "VGG16",
]  # fmt: skip


def application(name):
    """A kind of one model, as Keras has it."""

    def make(r):
        n = 71 if name == "Xception" else 64
        top = name != "VGG16" and r.random() < 0.3
        model = getattr(keras.applications, name)(weights=None, input_shape=(n, n, 3), include_top=top)
        return model, [[n, n, 3]]

    return make


KINDS.update((name, application(name)) for name in APPLICATIONS)


# ---- Keras 2 -----------------------------------------------------------------------------------


def older(value, models=()):
    """A configuration as Keras 2 spells it, as far as the layers here need it."""
    if isinstance(value, list):
        return [older(item, models) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    value = {key: older(item, models) for key, item in value.items() if key not in ("module", "registered_name", "build_config")}
    if "class_name" not in value or "config" not in value:
        return value
    config = value["config"]
    if value["class_name"] == "InputLayer":
        config["batch_input_shape"] = config.pop("batch_shape")
        del config["optional"]
    elif value["class_name"] == "LeakyReLU":
        config["alpha"] = config.pop("negative_slope")
    elif value["class_name"] == "BatchNormalization":
        for name in ("synchronized", "renorm", "renorm_clipping", "renorm_momentum"):
            config.pop(name, None)
        if config["axis"] > 0:
            config["axis"] = [config["axis"]]
    elif value["class_name"] in ("LSTM", "GRU"):
        config.update(implementation=2, time_major=False)
    elif value["class_name"] in ("Functional", "Sequential"):
        inner = {layer["config"]["name"] for layer in config["layers"] if layer["class_name"] in ("Functional", "Sequential")}
        for layer in config["layers"]:
            layer["inbound_nodes"] = [tensors(node, inner) for node in layer.get("inbound_nodes", [])]
            if value["class_name"] == "Sequential":
                del layer["inbound_nodes"]
                layer.pop("name", None)
        config.pop("build_input_shape", None)
        sequences = {layer["config"]["name"] for layer in config["layers"] if layer["class_name"] == "Sequential"}
        if "output_layers" in config:
            config["output_layers"] = counted(config["output_layers"], sequences)
    return value


def tensors(node, models):
    """`[["layer", call, output, {}]]`; models have a call of their own before all others."""
    found = []

    def walk(value):
        if isinstance(value, dict):
            history = value.get("config", {}).get("keras_history") if value.get("class_name") == "__keras_tensor__" else None
            if history:
                found.append([history[0], history[1] + (history[0] in models), history[2], {}])
            else:
                for item in value.values():
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(node["args"])
    return found


def counted(outputs, models):
    if isinstance(outputs, dict):
        return {key: counted(value, models) for key, value in outputs.items()}
    if outputs and isinstance(outputs[0], str):
        return [outputs[0], outputs[1] + (outputs[0] in models), outputs[2]]
    return [counted(value, models) for value in outputs]


def save_as_keras2(model, path):
    """What tf.keras 2 would have written, by hand."""
    model.save(path)
    with h5py.File(path, "a") as file:
        config = older(json.loads(file.attrs["model_config"]))
        file.attrs["model_config"] = json.dumps(config).encode("utf8")
        file.attrs["keras_version"] = b"2.9.0"
        file.attrs["backend"] = b"tensorflow"
        for name in file["model_weights"]:
            group = file["model_weights"][name]
            names = [n.decode() if isinstance(n, bytes) else n for n in group.attrs["weight_names"]]
            for weight in names:
                group.move(weight, weight + ":0")
            group.attrs["weight_names"] = [(weight + ":0").encode() for weight in names]


# What it has another meaning in, or no words for.
NOT_IN_KERAS2 = {"operations", "activation_word", "preprocessing", "activation_layer", *APPLICATIONS}


def needs_keras3(name, model):
    text = model.to_json()
    return name in NOT_IN_KERAS2 or "hard_sigmoid" in text


# ---- Running -----------------------------------------------------------------------------------


def set_weights(model, generator):
    """Weights at random, so that sums are about 1; what a root is taken of is positive."""
    for weight in model.weights:
        value = generator.standard_normal(weight.shape)
        if "variance" in weight.path:
            value = 0.5 + np.abs(value)
        elif len(weight.shape) > 1:
            fan = max(1, int(np.prod(weight.shape[:-1])))
            value = value / np.sqrt(fan)
        elif "gamma" in weight.path or weight.path.endswith("scale"):
            value = 1 + 0.3 * value
        else:
            value = 0.3 * value
        weight.assign(value.astype("float32") if "int" not in str(weight.dtype) else np.zeros(weight.shape, "int32"))
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def flatten(values):
    return keras.tree.flatten(values)


def check(convolve, model, shapes, generator, folder, suffix):
    inputs = flatten(model.inputs)
    arrays = []
    for tensor, shape in zip(inputs, shapes):
        if shape[0] == "indices":
            arrays.append(generator.integers(0, shape[1], [2] + list(tensor.shape[1:])).astype(tensor.dtype))
        else:
            arrays.append(generator.standard_normal([2] + list(shape)).astype("float32"))
    expected = [np.asarray(y) for y in flatten(model.predict_on_batch(
        arrays[0] if len(arrays) == 1 else dict(zip([t.name for t in inputs], arrays))
        if isinstance(model.input, dict) else arrays))]
    path = folder / f"model{suffix}"
    if suffix == ".keras2.h5":
        save_as_keras2(model, path)
    else:
        model.save(path)
    command = [convolve, "run", str(path)]
    for tensor, array in zip(inputs, arrays):
        layer = tensor._keras_history.operation.name
        np.save(folder / f"in_{layer}.npy", array)
        command += ["--input", f"{layer}={folder / f'in_{layer}.npy'}"]
    names = []
    for name in getattr(model, "output_names", None) or [model.layers[-1].name]:
        number = 0
        while (unique := name if number == 0 else f"{name}_{number}") in names:
            number += 1
        names.append(unique)
    for number, name in enumerate(names):
        command += ["--output", f"{name}={folder / f'out_{number}.npy'}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    worst = 0.0
    for number, wanted in enumerate(expected):
        found = np.load(folder / f"out_{number}.npy")
        if found.shape != wanted.shape:
            raise RuntimeError(f"output {names[number]} of shape {found.shape}, not {wanted.shape}")
        if not wanted.size:
            continue
        difference = np.abs(found.astype("float64") - wanted).max() / max(np.abs(wanted).max(), 1e-6)
        worst = max(worst, float(difference))
        if not difference <= TOLERANCE:
            raise RuntimeError(f"output {names[number]} differs by {difference:.1e} of the largest")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--convolve", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a model of a kind, and no large ones")
    parser.add_argument("--count", type=int, help="models of a kind")
    parser.add_argument("--kind", action="append", help="only these")
    arguments = parser.parse_args()
    failures = 0
    for name, make in KINDS.items():
        if arguments.kind and name not in arguments.kind:
            continue
        is_large = name in APPLICATIONS
        if is_large and arguments.short and not arguments.kind:
            continue
        count = arguments.count or (1 if is_large or arguments.short else 8)
        worst, wrong = 0.0, []
        for number in range(count):
            seed = f"{arguments.seed} {name} {number}"
            r = random.Random(seed)
            generator = np.random.default_rng(r.randrange(1 << 32))
            keras.utils.clear_session()
            model, shapes = make(r)
            set_weights(model, generator)
            suffixes = [".keras", ".h5"] + ([] if needs_keras3(name, model) else [".keras2.h5"])
            for suffix in suffixes:
                with tempfile.TemporaryDirectory() as folder:
                    try:
                        worst = max(
                            worst,
                            check(arguments.convolve, model, shapes, generator, pathlib.Path(folder), suffix))
                    except RuntimeError as error:
                        wrong.append(f"  model {number}{suffix}: {error}")
        print(f"{name}: {count} models, {worst:.1e}" + (f", {len(wrong)} WRONG" if wrong else ""), flush=True)
        for line in wrong:
            print(line, flush=True)
        failures += len(wrong)
    if failures:
        sys.exit(f"{failures} files give something else")


if __name__ == "__main__":
    main()
