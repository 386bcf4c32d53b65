"""SOFTMAX of int16, by tables of exp(x) and 1 / (1 + x) with linear interpolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Softmax as SoftmaxAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node, Tensor
from mcu_toolkit.graph.ops.base import shift_reason, tensors_of
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    round_half_away,
    scale_of,
)

#: Steps of a table over the range of int16.
_STEPS = 512
_LOW, _HIGH = -(1 << 15), (1 << 15) - 1

Int16 = npt.NDArray[np.int16]
Real = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WideSoftmax:
    """A prepared SOFTMAX of int16.

    Attributes:
        rows, depth: the last dimension is the depth.
        factor: a difference from the row's maximum to 65535ths of 10, beta included.
        exponentials: int16 [513]: exp in Q0.15 over [-10, 0].
        reciprocals: int16 [513]: 1 / (1 + x) in Q0.15 over [0, 1].
    """

    rows: int
    depth: int
    factor: Multiplier
    exponentials: Int16
    reciprocals: Int16


def _rescale(beta: float, data: Tensor) -> float:
    return scale_of(data) * float(np.float32(beta)) / (10.0 / 65535.0)


def wide_reason(beta: float, data: Tensor) -> str | None:
    """Reason when the factor of a difference is out of range."""
    return shift_reason(_rescale(beta, data)) if beta > 0 else f"beta {beta:g}; supported: above 0"


def prepare_wide(graph: Graph, node: Node) -> WideSoftmax:
    """Factor and tables; `check` has passed."""
    assert isinstance(node.attrs, SoftmaxAttrs)
    data, _ = tensors_of(graph, node)
    depth = data.shape[-1]
    return WideSoftmax(
        data.elements // depth,
        depth,
        quantize_multiplier(_rescale(node.attrs.beta, data)),
        table_of(np.float32(10) / np.float32(65535), _HIGH, _exponential),
        table_of(np.float32(1) / np.float32(65535), _LOW, lambda x: np.float32(1) / (np.float32(1) + x)),
    )


def _exponential(x: Real) -> Real:
    """Correctly rounded to float32, as the C library's expf is but for rare last bits."""
    return np.asarray(np.exp(x.astype(np.float64)), np.float32)


def table_of(in_scale: np.float32, in_zero_point: int, function: Callable[[Real], Real]) -> Int16:
    """int16 [513]: LUTPopulate of the reference, step by step in float32; the output has 65535 steps over [-1, 1]."""
    out_scale = np.float32(2) / np.float32(65535)
    low, high = in_scale * np.float32(_LOW - in_zero_point), in_scale * np.float32(_HIGH - in_zero_point)
    step = (high - low) / np.float32(_STEPS)
    inverse = np.float32(65536) / (out_scale * np.float32(_HIGH) - out_scale * np.float32(_LOW))
    number = np.arange(_STEPS, dtype=np.float32)
    value, following = function(low + number * step), function(low + (number + np.float32(1)) * step)
    middle = function(low + number * step + step / np.float32(2))
    sample = round_half_away(value * inverse)
    between = round_half_away((following * inverse + sample) / np.float32(2))
    bias = round_half_away((between - round_half_away(middle * inverse)) / np.float32(2))
    last = round_half_away(function(np.asarray([high], np.float32)) * inverse)
    return np.asarray(np.clip(np.append(sample - bias, last), _LOW, _HIGH), np.int16)


def _looked_up(value: Int64, table: Int16) -> Int64:
    """LUTLookup: 9 bits choose the step, 7 bits interpolate."""
    wide = table.astype(np.int64)
    place = 256 + (value >> 7)
    return np.asarray(wide[place] + (((wide[place + 1] - wide[place]) * (value & 0x7F) + 64) >> 7))


def wide_softmax(p: WideSoftmax, x: Int64) -> Array:
    """The probabilities int16 in Q0.15, for int64 [..., depth] that holds int16 values."""
    below = x - x.max(axis=-1, keepdims=True)
    scaled = multiply_by_quantized_multiplier(below, p.factor.multiplier, p.factor.shift)
    exps = _looked_up(np.clip(scaled + _HIGH, _LOW, _HIGH), p.exponentials)
    total = exps.sum(axis=-1, keepdims=True)
    headroom = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)
    shifted = ((total << (headroom - 1)) + (1 << 13)) >> 14
    scale = _looked_up(np.clip(shifted - (1 << 15) - (1 << 16), _LOW, _HIGH), p.reciprocals)
    right = 31 - headroom
    result = (exps * scale + (np.int64(1) << (right - 1))) >> right
    return np.asarray(np.clip(result, 0, _HIGH), np.int16)
