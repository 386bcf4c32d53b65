"""Runs networks on images: logits, accuracy, MACs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import Normalization
from mcu_toolkit.train.augment import Batches, plain_batches
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.nets.base import FEATURES

Float = npt.NDArray[np.float32]


def predictor(model: Any) -> Any:
    """The network as a compiled function: float32 [B, H, W, C] → float32 [B, classes]."""
    return backend().tf.function(lambda x: model(x, training=False), reduce_retracing=True)


def logits(model: Any, images: npt.NDArray[np.uint8], how: Normalization, batch: int = 128) -> Float:
    """Logits of the network: uint8 [N, H, W, C] → float32 [N, classes]."""
    run = predictor(model)
    parts = [run(backend().tf.constant(x)).numpy() for x in plain_batches(images, how, batch)]
    return np.concatenate(parts).astype(np.float32)


def view_outputs(model: Any, batches: Batches, view: int, *, with_features: bool = False) -> tuple[Float, Float | None]:
    """Outputs of the network on one augmented view of the training images, in their order.

    Returns:
        Logits float32 [N, classes], and pooled features float32 [N, width] where they are wanted.
    """
    keras = backend().keras
    if not with_features:
        run = predictor(model)
        return np.concatenate([run(x).numpy() for (x,) in batches.view(view, None)]).astype(np.float32), None
    run = predictor(keras.Model(model.input, [model.output, model.get_layer(FEATURES).output]))
    pairs = [run(x) for (x,) in batches.view(view, None)]
    return tuple(np.concatenate([pair[i].numpy() for pair in pairs]).astype(np.float32) for i in (0, 1))  # type: ignore[return-value]


def accuracy(outputs: Float, labels: npt.NDArray[np.int64]) -> float:
    """Share of rows whose largest value is at the label."""
    return float((outputs.argmax(axis=1) == labels).mean())


def macs(model: Any) -> int:
    """Multiply-accumulates of one image in convolutions and fully connected layers."""
    total = 0
    for layer in model.layers:
        kind = layer.__class__.__name__
        if hasattr(layer, "layers"):
            total += macs(layer)
        if kind in ("Conv2D", "DepthwiseConv2D"):
            _, rows, columns, filters = layer.output_shape
            kernel = layer.get_weights()[0].shape
            each = kernel[0] * kernel[1] * (kernel[2] if kind == "Conv2D" else 1)
            total += rows * columns * filters * each
        elif kind == "Dense":
            total += int(np.prod(layer.get_weights()[0].shape))
    return int(total)
