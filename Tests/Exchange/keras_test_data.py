"""Writes the models of Keras that Tests/ConvolutionGraphTests/Keras reads, with inputs and what Keras gives.

    python keras_test_data.py Tests/ConvolutionGraphTests/Keras/Samples

Each model has one input and an output for each of its layers: `NAME.keras`, `NAME_x.npy`, and `NAME_y.npy` with all outputs, one
after the other. `images_keras2.h5` is the first of them as Keras 2 would have written it, `operations.h5` what Keras 3 does.
"""

import pathlib
import sys
import zipfile

import keras_models
import numpy as np
from keras_models import keras, layers


def several(shape, make):
    x = keras.Input(shape, name="x")
    return keras.Model(x, [layer(x) for layer in make])


def images(older):
    return several((9, 10, 4), [
        layers.Conv2D(3, (4, 1), padding="same", activation="relu"),
        layers.Conv2D(6, 3, 2, padding="same", groups=2, use_bias=False),
        layers.Conv2D(3, 2, dilation_rate=2, activation="softmax"),
        layers.DepthwiseConv2D(3, 2, "same", 2, activation="tanh"),
        layers.SeparableConv2D(5, 3, padding="same", activation="swish"),
        layers.Conv2DTranspose(3, 3, 2, padding="same"),
        layers.Conv2DTranspose(2, (2, 4), (3, 2), padding="valid"),
        layers.Conv2DTranspose(2, 3, 2, padding="same", output_padding=1),
        layers.MaxPooling2D(3, 2, "same"),
        layers.AveragePooling2D(3, 1, "same"),
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.GlobalMaxPooling2D(),
        layers.ZeroPadding2D(((0, 1), (2, 3))),
        layers.Cropping2D(((1, 2), (0, 3))),
        layers.UpSampling2D((2, 3)),
        layers.UpSampling2D(interpolation="bilinear"),
        layers.BatchNormalization(),
        layers.BatchNormalization(axis=1, center=False),
        layers.LayerNormalization(),
        layers.LayerNormalization(axis=[2, 3]),
        layers.UnitNormalization(),
        layers.ReLU(1.0, 0.1, 0.2),
        layers.LeakyReLU(0.2),
        layers.PReLU(shared_axes=[1, 2]),
        layers.ELU(0.7),
        layers.Softmax(axis=1),
        layers.Dense(3, "selu"),
        layers.Flatten(),
        layers.Reshape((-1, 8)),
        layers.Permute((3, 1, 2)),
        layers.Dropout(0.5),
        layers.Rescaling(0.5, 1.0),
    ] + ([] if older else [
        layers.GroupNormalization(2),
        layers.RMSNormalization(),
        layers.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=[1.0, 2.0, 3.0, 4.0]),
        layers.Resizing(5, 13),
        layers.RandomFlip(),
    ] + [layers.Activation(name) for name in keras_models.FUNCTIONS[1:]]))  # fmt: skip


def sequences():
    return several((12, 4), [
        layers.Conv1D(3, 3, padding="causal", dilation_rate=2),
        layers.Conv1D(3, 4, 2, padding="same", activation="relu"),
        layers.DepthwiseConv1D(2, padding="same"),
        layers.SeparableConv1D(3, 3),
        layers.Conv1DTranspose(2, 3, 2, padding="same"),
        layers.MaxPooling1D(3),
        layers.AveragePooling1D(2, padding="same"),
        layers.GlobalAveragePooling1D(),
        layers.ZeroPadding1D(2),
        layers.Cropping1D((1, 2)),
        layers.UpSampling1D(3),
        layers.LSTM(3),
        layers.LSTM(3, return_sequences=True, go_backwards=True),
        layers.GRU(3, return_sequences=True),
        layers.GRU(3, reset_after=False),
        layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
        layers.Bidirectional(layers.GRU(2), merge_mode="sum"),
        layers.TimeDistributed(layers.Dense(2, "relu")),
        layers.SpatialDropout1D(0.1),
    ])  # fmt: skip


def volumes():
    return several((5, 6, 7, 2), [
        layers.Conv3D(3, (1, 2, 3), padding="same"),
        layers.Conv3DTranspose(2, 2, 2),
        layers.MaxPooling3D(2),
        layers.AveragePooling3D(2),
        layers.GlobalMaxPooling3D(),
        layers.ZeroPadding3D(1),
        layers.Cropping3D(1),
        layers.UpSampling3D(2),
    ])


def channels_first():
    return several((4, 8, 9), [
        layers.Conv2D(3, 3, 2, padding="same", data_format="channels_first"),
        layers.MaxPooling2D(2, data_format="channels_first"),
        layers.GlobalAveragePooling2D(data_format="channels_first"),
        layers.Flatten(data_format="channels_first"),
        layers.BatchNormalization(axis=1),
    ])


def merged():
    x = keras.Input((6, 5, 3), name="x")
    a = layers.Conv2D(4, 3, padding="same")(x)
    b = layers.Conv2D(4, 1)(x)
    row = layers.GlobalAveragePooling2D()(x)
    # The same layers twice, in a model that is a layer.
    inner = keras.Sequential([layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(), layers.ReLU()])
    return keras.Model(x, [
        layers.Add()([a, b]), layers.Subtract()([a, b]), layers.Multiply()([a, b]), layers.Average()([a, b]),
        layers.Maximum()([a, b]), layers.Minimum()([a, b]), layers.Concatenate()([a, b, x]),
        layers.Concatenate(axis=2)([a, b]), layers.Dot(1)([row, row]), layers.RepeatVector(3)(row),
        layers.Dot((2, 2), normalize=True)([layers.Reshape((-1, 4))(a), layers.Reshape((-1, 4))(b)]),
        inner(inner(a)),
    ])  # fmt: skip


def operations():
    x = keras.Input((6, 5, 3), name="x")
    y = 1.0 - x * 2.0
    return keras.Model(x, [
        y, keras.ops.gelu(y), keras.ops.relu(x), x / (1.5 + keras.ops.square(y)), keras.ops.mean(x, axis=[1, 2]),
        x[:, 1:-1, ::2, 0], keras.ops.concatenate([x, y], axis=-1), keras.ops.transpose(x, (0, 3, 1, 2)),
        keras.ops.reshape(x, (-1, 90)), keras.ops.maximum(x, 0.2), keras.ops.expand_dims(x, 1),
    ])  # fmt: skip


def deflate(path):
    """The same files in a smaller archive."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def main():
    folder = pathlib.Path(sys.argv[1])
    models = {
        "images": images(False), "images_keras2": images(True), "sequences": sequences(), "volumes": volumes(),
        "channels_first": channels_first(), "merged": merged(), "operations": operations(),
    }  # fmt: skip
    for name, model in models.items():
        generator = np.random.default_rng(5)
        keras_models.set_weights(model, generator)
        x = generator.standard_normal((1,) + model.inputs[0].shape[1:]).astype("float32")
        y = np.concatenate([np.asarray(y).ravel() for y in model.predict_on_batch(x)])
        np.save(folder / f"{name}_x.npy", x)
        np.save(folder / f"{name}_y.npy", y)
        if name == "images_keras2":
            keras_models.save_as_keras2(model, folder / f"{name}.h5")
        else:
            model.save(folder / f"{name}.keras")
            deflate(folder / f"{name}.keras")
        if name == "operations":
            model.save(folder / f"{name}.h5")


if __name__ == "__main__":
    main()
