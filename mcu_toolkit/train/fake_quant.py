"""Adds simulated (fake) quantization to a folded float network; the ranges come from calibration images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import Normalization
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.grids import fed_by, kind_of, rectified, shared_ranges, variables_of
from mcu_toolkit.train.quantizers import LEAST_LEVEL, classes, one_network


@dataclass(frozen=True)
class Bits:
    """Bits of weights and of clipped activations; with `pact` the clipping levels are learned."""

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
        calibration: batches of normalized images.
        bits: 8 everywhere, without PACT, by default. The first layer and the classifier keep 8-bit weights, and tensors
            that are not rectified (sums, averages, logits) keep 8 bits, as in the PACT paper.

    Raises:
        TrainError: a layer has no int8 form in this package.
    """
    modules = backend()
    quantization, keras = modules.quantization, modules.keras
    configs = _configs(folded, bits or Bits())

    def annotate(layer: Any) -> Any:
        config = configs[layer.name]
        return layer if config is None else quantization.quantize_annotate_layer(layer, config)

    annotated = keras.models.clone_model(folded, clone_function=annotate)
    annotated.set_weights(folded.get_weights())
    with quantization.quantize_scope(classes()), one_network():
        model = quantization.quantize_apply(annotated)
    _set_input_range(model, how)
    _tell_grids(model)
    calibrate(model, folded, calibration)
    return model


def _configs(folded: Any, bits: Bits) -> dict[str, Any]:
    """The configuration of each layer; None for the input."""
    make = classes()["LayerConfig"]
    kinds = {layer.name: kind_of(layer) for layer in folded.layers}
    weighted = [name for name, kind in kinds.items() if kind in ("conv", "depthwise", "dense")]
    ends = {weighted[0], weighted[-1]}
    shared, alone = shared_ranges(folded, bits.pact)
    found: dict[str, Any] = {}
    for layer in folded.layers:
        name, kind = layer.name, kinds[layer.name]
        if kind == "join":
            kind = "output" if name in alone else "none"
        found[name] = None if kind == "input" else make(
            kind, 8 if name in ends else bits.weights, bits.activations, bits.pact and rectified(layer),
            bits.activations < 8, shared.get(name),
        )  # fmt: skip
    return found


def _set_input_range(model: Any, how: Normalization) -> None:
    """Pixels 0…255 become int8 -128…127 exactly: scale = 1 / divisor, zero point from the offset."""
    found = variables_of(next(layer for layer in model.layers if layer.__class__.__name__ == "QuantizeLayer"))
    assert found is not None
    found["low"].assign((0.0 - how.offset) / how.divisor)
    found["high"].assign((255.0 - how.offset) / how.divisor)


def _tell_grids(model: Any) -> None:
    """Give every accumulator the grid of its layer's input."""
    for layer in model.layers:
        accumulator = getattr(getattr(layer, "quantize_config", None), "accumulator", None)
        if accumulator is not None:
            accumulator.fed = fed_by(layer)


def calibrate(model: Any, folded: Any, batches: Iterable[npt.NDArray[np.float32]]) -> None:
    """Set every activation range from the float network's activations on calibration images.

    A range is the mean of the extremes of each batch, which rare outliers widen less than the extremes over all images;
    a range that several layers share is the widest of theirs.
    """
    keras, tf = backend().keras, backend().tf
    known = {layer.layer.name: variables_of(layer) for layer in model.layers if hasattr(layer, "quantize_config")}
    watched = {name: variables for name, variables in known.items() if variables is not None}
    probe = keras.Model(folded.input, [folded.get_layer(name).output for name in watched])
    measure = tf.function(
        lambda x: [(tf.reduce_min(v), tf.reduce_max(v)) for v in tf.nest.flatten(probe(x, training=False))],
        reduce_retracing=True,
    )
    seen = np.array([measure(tf.constant(batch)) for batch in batches], dtype=np.float64)
    ranges: dict[Any, float] = {}
    for variables, (low, high) in zip(watched.values(), seen.mean(axis=0), strict=True):
        for end, variable in variables.items():
            key, value = variable.ref(), min(low, 0.0) if end == "low" else max(high, LEAST_LEVEL)
            widest = min if end == "low" else max
            ranges[key] = widest(ranges.get(key, value), value)
    for key, value in ranges.items():
        key.deref().assign(value)


def clipping_levels(model: Any) -> list[Any]:
    """The alphas of PACT: trainable scalars."""
    return [weight for weight in model.trainable_weights if weight.name.endswith("_alpha:0")]
