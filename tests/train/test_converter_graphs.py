"""Models as the TensorFlow Lite converter writes them: read completely, with the outputs of TensorFlow Lite Micro."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mcu_toolkit.errors import ToolMissingError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.host.tflm import TflmRuntime

pytestmark = pytest.mark.slow


def image_model() -> Any:
    """Convolutions of all kinds, pooling, resizing, activations."""
    import tf_keras as keras

    layers = keras.layers
    x = start = layers.Input((12, 10, 3), batch_size=1)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.ZeroPadding2D(((1, 0), (0, 1)))(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.DepthwiseConv2D(3, depth_multiplier=2)(x)))
    y = layers.LeakyReLU(0.1)(layers.Conv2D(16, 1)(x))
    x = layers.Concatenate()([layers.Add()([x, y]), y])
    x = layers.PReLU(shared_axes=[1, 2])(layers.Conv2DTranspose(6, 3, strides=2, padding="same")(x))
    x = layers.UpSampling2D(2)(layers.AveragePooling2D(2)(x))
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.ELU()(layers.MaxPooling2D(3, strides=2, padding="same")(x))
    x = layers.GlobalAveragePooling2D()(layers.Multiply()([x, x]))
    return keras.Model(start, layers.Softmax()(layers.Dense(7)(x)))


def sequence_model() -> Any:
    """An LSTM and dense layers with sigmoid-like activations."""
    import tf_keras as keras

    layers = keras.layers
    x = start = layers.Input((9, 6), batch_size=1)
    x = layers.Dense(4, activation="tanh")(layers.LSTM(5, return_sequences=True)(x))
    return keras.Model(start, layers.Dense(3, activation="sigmoid")(layers.Flatten()(x)))


def moving_model() -> Any:
    """Operators that move elements, extrema, sums."""
    import tensorflow as tf
    import tf_keras as keras

    x = start = keras.layers.Input((6, 8, 4), batch_size=1)
    first, second = tf.split(x, 2, axis=3)
    x = tf.transpose(tf.concat([second, first], 3), [0, 2, 1, 3])[:, 1:7:2, ::-1, 1:3]
    x = tf.minimum(tf.maximum(x, 0.1), 2.0)
    x = tf.pad(x, [[0, 0], [1, 2], [0, 0], [0, 1]], constant_values=0.5)
    return keras.Model(start, tf.nn.log_softmax(tf.reduce_sum(x, [1])))


def convert(model: Any) -> bytes:
    """Full-integer int8, calibrated on random data."""
    import tensorflow as tf

    shape = (1, *model.input_shape[1:])
    rng = np.random.default_rng(0)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([rng.normal(size=shape).astype(np.float32)] for _ in range(8))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


@pytest.mark.parametrize("make", [image_model, sequence_model, moving_model])
def test_converted_model_equals_tflm(make: Callable[[], Any]) -> None:
    data = convert(make())
    graph = read_model(data)
    assert unsupported(graph) == ()
    verify(graph)
    shape = (5, *graph.tensors[graph.inputs[0]].shape)
    inputs = np.random.default_rng(1).integers(-128, 128, shape).astype(np.int8)
    try:
        reference = TflmRuntime(data)
    except ToolMissingError as missing:
        pytest.skip(missing.message)
    np.testing.assert_array_equal(Oracle(graph).run(inputs), reference.run(inputs))


def test_open_batch_is_inferred() -> None:
    """A dense layer over sequences, unknown batch size: TensorFlow Lite Micro refuses the shapes in the file."""
    import tf_keras as keras

    layers = keras.layers
    outputs = []
    for batch in (None, 1):
        keras.utils.set_random_seed(7)
        start = layers.Input((6, 8), batch_size=batch)
        x = layers.Reshape((3, 10))(layers.Dense(5, activation="relu")(start))
        data = convert(keras.Model(start, layers.Dense(4)(x)))
        graph = read_model(data)
        assert unsupported(graph) == ()
        verify(graph)
        assert graph.tensors[graph.outputs[0]].shape == (1, 3, 4)
        inputs = np.random.default_rng(1).integers(-128, 128, (5, 6, 8)).astype(np.int8)
        outputs.append(Oracle(graph).run(inputs))
    np.testing.assert_array_equal(*outputs)
