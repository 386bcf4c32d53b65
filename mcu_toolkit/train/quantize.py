"""A folded float network → the same network with simulated quantization, its ranges set from calibration images."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import Normalization
from mcu_toolkit.errors import TrainError
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.quantizers import classes

#: Layers that only move values: what comes out has the scale of what goes in.
_MOVES = frozenset({"ReLU", "MaxPooling2D", "AveragePooling2D", "ZeroPadding2D", "Flatten", "Reshape", "Dropout"})
_RANGES = ("_high:0", "_alpha:0")
#: Ends of the names of what decides the scale of a layer's output; the last two are tfmot's, of the input.
_SCALES = ("_low:0", *_RANGES, "_min:0", "_max:0")
_WEIGHTED = {"Conv2D": "conv", "DepthwiseConv2D": "depthwise", "Dense": "dense"}
_OUTPUTS = frozenset({"Add", "GlobalAveragePooling2D", "Concatenate", "Multiply", "BatchNormalization"})


@dataclass(frozen=True)
class Bits:
    """Of weights and of clipped activations; `pact` learns the clipping levels."""

    weights: int = 8
    activations: int = 8
    pact: bool = False


def simulate(
    folded: Any, how: Normalization, calibration: Iterable[npt.NDArray[np.float32]], bits: Bits | None = None
) -> Any:
    """The network with tfmot's quantization wrappers, ranges calibrated.

    Args:
        folded: a network of `NetSpec.norm` false.
        how: normalization of the input; pixels 0 and 255 are the ends of the input's range.
        calibration: batches of images as the network is fed.
        bits: 8 everywhere, without PACT, by default. The first layer and the classifier keep 8-bit weights, and what
            is not rectified (sums, averages, logits) 8-bit values, as in the PACT paper.

    Raises:
        TrainError: a layer that has no int8 form here.
    """
    modules = backend()
    quantization, keras = modules.quantization, modules.keras
    configs = _configs(folded, bits or Bits())

    def annotate(layer: Any) -> Any:
        config = configs[layer.name]
        return layer if config is None else quantization.quantize_annotate_layer(layer, config)

    annotated = keras.models.clone_model(folded, clone_function=annotate)
    annotated.set_weights(folded.get_weights())
    with quantization.quantize_scope(classes()):
        model = quantization.quantize_apply(annotated)
    _set_input_range(model, how)
    _tell_input_scales(model)
    calibrate(model, folded, calibration)
    return model


def _configs(folded: Any, bits: Bits) -> dict[str, Any]:
    """The configuration of each layer; None for the input."""
    make = classes()["LayerConfig"]
    weighted = [layer.name for layer in folded.layers if layer.__class__.__name__ in _WEIGHTED]
    ends = {weighted[0], weighted[-1]}
    found: dict[str, Any] = {}
    for layer in folded.layers:
        kind = _kind(layer)
        rectified = (
            layer.__class__.__name__ == "ReLU" or getattr(getattr(layer, "activation", None), "__name__", "") == "relu"
        )
        weight_bits = 8 if layer.name in ends else bits.weights
        found[layer.name] = (
            None
            if kind == "input"
            else make(kind, weight_bits, bits.activations, bits.pact and rectified, bits.activations < 8)
        )
    return found


def _kind(layer: Any) -> str:
    name = layer.__class__.__name__
    if name == "InputLayer":
        return "input"
    if name in _WEIGHTED:
        return _WEIGHTED[name]
    if name in _OUTPUTS:
        # A sum that goes straight into its activation is quantized after it, as the fused operator does.
        followers = [node.outbound_layer for node in layer.outbound_nodes]
        fused = name == "Add" and len(followers) == 1 and followers[0].__class__.__name__ == "ReLU"
        return "none" if fused else "output"
    if name == "ReLU":
        return "output"
    if name in _MOVES:
        return "none"
    raise TrainError(
        f"layer '{layer.name}' ({name}) has no int8 form in quantization-aware training",
        expected=", ".join(sorted([*_WEIGHTED, *_OUTPUTS, *_MOVES])),
        hint="--set quant.scheme=ptq quantizes after training instead",
    )


def _set_input_range(model: Any, how: Normalization) -> None:
    """Pixels 0…255 become int8 -128…127 exactly: scale = 1 / divisor, zero point from the offset."""
    low, high = (0.0 - how.offset) / how.divisor, (255.0 - how.offset) / how.divisor
    layer = next(layer for layer in model.layers if layer.__class__.__name__ == "QuantizeLayer")
    for weight in layer.weights:
        if weight.name.endswith("_min:0"):
            weight.assign(low)
        elif weight.name.endswith("_max:0"):
            weight.assign(high)


def _tell_input_scales(model: Any) -> None:
    """Point every accumulator at the scale of what its layer is fed."""
    for layer in model.layers:
        accumulator = getattr(getattr(layer, "quantize_config", None), "accumulator", None)
        if accumulator is not None:
            accumulator.input_scale = _scale_of(_fed_by(layer))


def _fed_by(layer: Any) -> Any:
    """The layer before this one that decides on a scale."""
    before = layer.inbound_nodes[0].inbound_layers
    return before if any(w.name.endswith(_SCALES) for w in before.weights) else _fed_by(before)


def _scale_of(layer: Any) -> Callable[[], Any]:
    """The int8 scale of what a layer gives, from its variables of the moment."""
    found = {weight.name.rsplit("_", 1)[-1]: weight for weight in layer.weights if weight.name.endswith(_SCALES)}
    if "alpha:0" in found:
        bits = layer.quantize_config.activation_bits
        return lambda: found["alpha:0"] / (2**bits - 1)
    low, high = (found[a] if a in found else found[b] for a, b in (("low:0", "min:0"), ("high:0", "max:0")))
    return lambda: (high - low) / 255.0


def calibrate(model: Any, folded: Any, batches: Iterable[npt.NDArray[np.float32]]) -> None:
    """Set every activation range to what the float network shows on calibration images.

    A range is the mean over batches of the batch's extremes, which rare outliers widen less than the extremes of all.
    """
    keras, tf = backend().keras, backend().tf
    watched = [layer for layer in model.layers if any(w.name.endswith(_RANGES) for w in layer.weights)]
    names = [layer.layer.name for layer in watched]
    probe = keras.Model(folded.input, [folded.get_layer(name).output for name in names])
    measure = tf.function(
        lambda x: [(tf.reduce_min(v), tf.reduce_max(v)) for v in tf.nest.flatten(probe(x, training=False))],
        reduce_retracing=True,
    )
    seen = np.array([measure(tf.constant(batch)) for batch in batches], dtype=np.float64)
    for layer, (low, high) in zip(watched, seen.mean(axis=0), strict=True):
        for weight in layer.weights:
            if weight.name.endswith("_low:0"):
                weight.assign(min(low, 0.0))
            elif weight.name.endswith(("_high:0", "_alpha:0")):
                weight.assign(max(high, 1e-3))


def clipping_levels(model: Any) -> list[Any]:
    """The alphas of PACT: trainable scalars."""
    return [weight for weight in model.trainable_weights if weight.name.endswith("_alpha:0")]
