"""The interface of a network, and building blocks whose batch normalization can be folded.

A network is built twice: with batch normalization for float training, and without (`NetSpec.norm` false) for
quantization-aware training and export. In the second form every convolution has a bias and a fused activation; `fold`
converts the weights. Layers are matched by name, so both forms use the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mcu_toolkit.errors import TrainError
from mcu_toolkit.train.backend import backend

#: Name of the layer whose output is the pooled feature vector; hints of distillation attach there.
FEATURES = "features"
NORM_SUFFIX = "_bn"


@dataclass(frozen=True)
class NetSpec:
    """Specification that a network is built from.

    Attributes:
        height, width, channels: of the input, whose values are normalized as the recipe states.
        classes: outputs (logits).
        size: width multiplier.
        depth: depth setting; 1 is the network as published or as designed.
        dropout: before the classifier.
        norm: with batch normalization (for float training) or folded (for quantization).
        weights: ``none``, ``imagenet`` or a path; only networks of keras.applications know the second.
        normalization: how the input was made from pixels, for networks that expect another one inside.
    """

    height: int
    width: int
    channels: int
    classes: int
    size: float = 1.0
    depth: int = 1
    dropout: float = 0.0
    norm: bool = True
    weights: str = "none"
    normalization: str = "unit"


class Build(Protocol):
    """Makes the Keras model: images in, logits out."""

    def __call__(self, spec: NetSpec) -> Any: ...


@dataclass(frozen=True)
class Network:
    """One network.

    Attributes:
        name: as recipes write it.
        role: ``student`` (tiny, folds, int8) or ``teacher``.
        about: one line.
        build: makes the model.
        foldable: whether ``norm=False`` gives the folded form.
    """

    name: str
    role: str
    about: str
    build: Callable[[NetSpec], Any]
    foldable: bool = True


def channels(count: float, size: float) -> int:
    """A channel count times the width multiplier: a multiple of 4 (for kernels that load 32-bit words), at least 4."""
    return max(4, round(count * size / 4) * 4)


class Blocks:
    """Layers of a network in either form."""

    def __init__(self, spec: NetSpec) -> None:
        self.spec = spec
        self.layers = backend().keras.layers

    def input(self) -> Any:
        """The input tensor."""
        spec = self.spec
        return self.layers.Input((spec.height, spec.width, spec.channels), name="image")

    def conv(self, x: Any, filters: int, name: str, *, kernel: Any = 3, stride: int = 1, relu: bool = True) -> Any:
        """Convolution, batch normalization, activation."""
        options = {"strides": stride, "padding": "same", "name": name, "kernel_initializer": "he_normal"}
        return self._finish(self.layers.Conv2D, x, name, relu, {"filters": filters, "kernel_size": kernel, **options})

    def depthwise(self, x: Any, name: str, *, kernel: Any = 3, stride: int = 1, relu: bool = True) -> Any:
        """Depthwise convolution, batch normalization, activation."""
        options = {"strides": stride, "padding": "same", "name": name, "depthwise_initializer": "he_normal"}
        return self._finish(self.layers.DepthwiseConv2D, x, name, relu, {"kernel_size": kernel, **options})

    def _finish(self, kind: Any, x: Any, name: str, relu: bool, options: dict[str, Any]) -> Any:
        if not self.spec.norm:
            return kind(use_bias=True, activation="relu" if relu else None, **options)(x)
        x = kind(use_bias=False, **options)(x)
        x = self.layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name=name + NORM_SUFFIX)(x)
        return self.layers.ReLU(name=name + "_relu")(x) if relu else x

    def add(self, x: Any, y: Any, name: str, *, relu: bool) -> Any:
        """Residual sum, with an activation or not."""
        x = self.layers.Add(name=name)([x, y])
        return self.layers.ReLU(name=name + "_relu")(x) if relu else x

    def head(self, x: Any, source: Any) -> Any:
        """Global average, dropout, logits; the finished model."""
        x = self.layers.GlobalAveragePooling2D(name=FEATURES)(x)
        if self.spec.norm and self.spec.dropout > 0.0:
            x = self.layers.Dropout(self.spec.dropout, name="dropout")(x)
        x = self.layers.Dense(self.spec.classes, name="logits")(x)
        return backend().keras.Model(source, x)


def fold(trained: Any, folded: Any) -> None:
    """Convert the weights of a trained network with batch normalization to those of its folded form.

    A convolution followed by normalization is ``gamma (w·x - mean) / sd + beta``, which is a convolution with the
    weights ``w gamma / sd`` and the bias ``beta - mean gamma / sd``.

    Raises:
        TrainError: the two are not forms of one network.
    """
    for layer in folded.layers:
        if not layer.weights:
            continue
        try:
            source = trained.get_layer(layer.name)
        except ValueError as bad:
            raise TrainError(f"the folded network has a layer '{layer.name}' that the trained one lacks") from bad
        weights = source.get_weights()
        names = {other.name for other in trained.layers}
        if layer.name + NORM_SUFFIX in names:
            norm = trained.get_layer(layer.name + NORM_SUFFIX)
            gamma, beta, mean, variance = norm.get_weights()
            gain = gamma / np.sqrt(variance + norm.epsilon)
            kernel = weights[0]
            # A depthwise kernel is [h, w, channels, 1], others [h, w, in, out].
            depthwise = layer.__class__.__name__ == "DepthwiseConv2D"
            weights = [kernel * (gain[:, None] if depthwise else gain), beta - mean * gain]
        layer.set_weights(weights)
