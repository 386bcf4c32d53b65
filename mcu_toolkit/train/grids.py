"""Finds which tensors of a network share an int8 grid (scale and zero point), and the grid of each layer's input.

TensorFlow Lite concatenates tensors of one scale. If the inputs of a concatenation had ranges of their own, the export
would contain a QUANTIZE operator before it, which rounds the values a second time. So the inputs of a concatenation
share one range here; in a chain of concatenations, as in a dense block, all inputs share it.
"""

from __future__ import annotations

from typing import Any

from mcu_toolkit.errors import TrainError
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.quantizers import LEAST_LEVEL, Grid

#: Layers that only move values: the output has the grid of the input.
_MOVES = frozenset({"MaxPooling2D", "ZeroPadding2D", "Flatten", "Reshape", "Dropout"})
_WEIGHTED = {"Conv2D": "conv", "DepthwiseConv2D": "depthwise", "Dense": "dense"}
_OUTPUTS = frozenset({"Add", "GlobalAveragePooling2D", "Multiply", "BatchNormalization", "ReLU"})
_AVERAGE, _JOIN = "AveragePooling2D", "Concatenate"


def kind_of(layer: Any) -> str:
    """Kind of quantization of a layer: a kind of ``LayerConfig``, ``input`` or ``join`` (concatenation).

    Raises:
        TrainError: it has no int8 form in this package.
    """
    name = layer.__class__.__name__
    if name == "InputLayer":
        return "input"
    if name in _WEIGHTED:
        return _WEIGHTED[name]
    if name in _OUTPUTS:
        # A sum that is followed directly by its activation is quantized after the activation, as in the fused operator.
        followers = [node.outbound_layer for node in layer.outbound_nodes]
        fused = name == "Add" and len(followers) == 1 and followers[0].__class__.__name__ == "ReLU"
        return "none" if fused else "output"
    if name in _MOVES:
        return "none"
    if name == _AVERAGE:
        return "average"
    if name == _JOIN:
        return "join"
    raise TrainError(
        f"layer '{layer.name}' ({name}) has no int8 form in quantization-aware training",
        expected=", ".join(sorted([*_WEIGHTED, *_OUTPUTS, *_MOVES, _AVERAGE, _JOIN])),
        hint="--set quant.scheme=ptq quantizes after training instead",
    )


def rectified(layer: Any) -> bool:
    """Whether the output is never negative."""
    return layer.__class__.__name__ == "ReLU" or getattr(getattr(layer, "activation", None), "__name__", "") == "relu"


def shared_ranges(folded: Any, pact: bool) -> tuple[dict[str, str], frozenset[str]]:
    """The ranges that the inputs of concatenations share.

    Args:
        folded: the network.
        pact: rectified layers learn a clipping level, which other layers cannot share.

    Returns:
        Layer → name of the range that it shares; and the concatenations that need a range of their own because an input
        is the image, or because not all inputs are rectified under `pact`.
    """
    group: dict[str, str] = {}
    alone: set[str] = set()
    for layer in folded.layers:
        if kind_of(layer) != "join":
            continue
        found = _deciders(layer, alone)
        if any(kind_of(d) == "input" for d in found) or (pact and len({rectified(d) for d in found}) > 1):
            alone.add(layer.name)
            continue
        merged = {group.get(d.name, d.name) for d in found}
        name = min(merged)
        group.update({member: name for member, old in group.items() if old in merged})
        group.update({d.name: name for d in found})
    return group, frozenset(alone)


def _deciders(layer: Any, alone: set[str]) -> list[Any]:
    """The layers before a concatenation whose ranges define the grids of its inputs."""
    found: list[Any] = []
    for before in _before(layer):
        kind = kind_of(before)
        passed = kind in ("none", "average") or (kind == "join" and before.name not in alone)
        found += _deciders(before, alone) if passed else [before]
    return found


def _before(layer: Any) -> list[Any]:
    before = layer.inbound_nodes[0].inbound_layers
    return list(before) if isinstance(before, (list, tuple)) else [before]


def variables_of(layer: Any) -> dict[str, Any] | None:
    """Variables that define the grid of a layer of the simulated network: ``low`` and ``high``, or ``alpha``; None if
    another layer defines it."""
    if layer.__class__.__name__ == "QuantizeLayer":  # tfmot's, of the input
        found = {weight.name.rsplit("_", 1)[-1]: weight for weight in layer.weights}
        return {"low": found["min:0"], "high": found["max:0"]}
    quantizer = getattr(getattr(layer, "quantize_config", None), "quantizer", None)
    return None if quantizer is None else dict(quantizer.variables)


def fed_by(layer: Any) -> Grid:
    """The grid of the input of a layer of the simulated network."""
    before = _before(layer)[0]
    found = variables_of(before)
    if found is None:
        return fed_by(before)
    tf = backend().tf
    if "alpha" in found:
        steps = 2**before.quantize_config.activation_bits - 1
        return Grid(lambda: tf.maximum(found["alpha"], LEAST_LEVEL) / steps, lambda: tf.constant(127.0 - steps))

    def scale() -> Any:
        return (found["high"] - found["low"]) / 255.0

    return Grid(scale, lambda: tf.round(-128.0 - found["low"] / scale()))
