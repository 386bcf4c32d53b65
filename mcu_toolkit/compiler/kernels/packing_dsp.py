"""What the DSP kernels share: constant channels, the choice of rounding, channel tables, and overlap slack."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.layer import ConstArray, ConvKind, ConvLayer

#: Output channels that the inner blocks compute together.
GROUP = 4
#: Right shifts that the rounding of ``relu`` and ``linear`` can hold beside a zero point.
_MAX_RIGHT = 22

Ints = npt.NDArray[np.int64]


class Rounding(str, Enum):
    """How accumulators become outputs; the conditions stand in ``mcutk_gemm_dsp.h``."""

    RELU = "relu"
    LINEAR = "linear"
    ANY = "any"


@dataclass(frozen=True, eq=False)
class Channels:
    """The channels of a layer with constant ones replaced, so that every other one obeys known bounds.

    Attributes:
        weights: int64 [out_c, taps]; zero where the output does not depend on the input.
        bias, multiplier, shift: int64 [out_c].
        bound: int64 [out_c], largest |accumulator| that any int8 input can give.
        rounding: the cheapest exact way to round.
    """

    weights: Ints
    bias: Ints
    multiplier: Ints
    shift: Ints
    bound: Ints
    rounding: Rounding


def requantize(acc: Ints, multiplier: Ints, shift: Ints) -> Ints:
    """Double rounding, elementwise; a left shift must not leave int32."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    high = ((acc << left) * multiplier + (1 << 30)) >> 31
    half = np.where(right > 0, (np.int64(1) << right) >> 1, 0)
    return (high + np.where((high < 0) & (right > 0), -1, 0) + half) >> right


@lru_cache(maxsize=4)
def channels(layer: ConvLayer) -> Channels | None:
    """The channels of a layer, None where an accumulator could leave int32 on its way."""
    order = (2, 0, 1) if layer.kind is ConvKind.DEPTHWISE else (0, 1, 2, 3)
    weights = layer.weights.astype(np.int64).transpose(order).reshape(layer.out_c, -1)
    bias, multiplier, shift = (a.astype(np.int64) for a in (layer.bias, layer.multiplier, layer.shift))
    positive, negative = np.maximum(weights, 0).sum(axis=1), np.minimum(weights, 0).sum(axis=1)
    high, low = bias + 127 * positive - 128 * negative, bias - 128 * positive + 127 * negative
    if (np.maximum(np.abs(high), np.abs(low)) << np.maximum(shift, 0)).max(initial=0) >= 2**31:
        return None
    ends = [
        np.clip(requantize(acc, multiplier, shift) + layer.out_zero_point, layer.act_min, layer.act_max)
        for acc in (low, high)
    ]
    constant = ends[0] == ends[1]
    weights = np.where(constant[:, None], 0, weights)
    if np.any(constant):
        wanted = ends[0] - layer.out_zero_point
        bias, multiplier, shift = _constants(constant, wanted, bias, multiplier, shift)
    # Partial sums may exceed the ends; sums modulo 2^32 do not mind.
    bound = np.where(constant, np.abs(bias), np.maximum(np.abs(high), np.abs(low)))
    return Channels(weights, bias, multiplier, shift, bound, _rounding(layer, shift, bound))


def _constants(constant: npt.NDArray[np.bool_], wanted: Ints, bias: Ints, multiplier: Ints, shift: Ints) -> list[Ints]:
    """Bias, multiplier and shift with which an accumulator that is only the bias gives `wanted`.

    Where the scale of another channel does, it is used, so that a table of equal scales stays one.
    """
    other = int(np.argmin(constant))
    scale = float(multiplier[other]) * 2.0 ** (int(shift[other]) - 31)
    if not constant[other] and scale > 0:
        same = np.full_like(multiplier, multiplier[other]), np.full_like(shift, shift[other])
        guess = np.round(np.clip(wanted / scale, -(2.0**22), 2.0**22)).astype(np.int64)
        fits = bool(np.all(requantize(guess, *same)[constant] == wanted[constant]))
        if fits and shift[other] <= -1:
            return [np.where(constant, a, b) for a, b in zip((guess, *same), (bias, multiplier, shift), strict=True)]
    # An accumulator of 4 v with half a multiplier and a right shift by one gives v in every way of rounding.
    plain = (4 * wanted, np.int64(1 << 30), np.int64(-1))
    return [np.where(constant, a, b) for a, b in zip(plain, (bias, multiplier, shift), strict=True)]


def _rounding(layer: ConvLayer, shift: Ints, bound: Ints) -> Rounding:
    simple = shift.max(initial=-1) <= -1 and shift.min(initial=-1) >= -_MAX_RIGHT and bound.max(initial=0) < 2**30
    if not simple or layer.act_max != 127:
        return Rounding.ANY
    if layer.act_min == layer.out_zero_point == -128:
        return Rounding.RELU
    return Rounding.LINEAR if layer.act_min == -128 else Rounding.ANY


def channel_table(made: Channels, order: Ints | None = None) -> ConstArray:
    """The table behind ``mcutk_conv.channels``.

    Args:
        made: the channels.
        order: which channel stands where, instead of all of them in order.

    Returns:
        a group of four channels after another: four bytes (right shift - 1), four multipliers; or, to round in any
        way, plain ``mcutk_channel``.
    """
    if made.rounding is Rounding.ANY:
        rows = np.stack([made.bias, made.multiplier, made.shift], axis=1).astype(np.int32)
        return ConstArray("channels", "mcutk_channel", rows)
    order = np.arange(made.shift.size) if order is None else order
    groups = -(-order.size // GROUP)
    shifts = np.zeros(groups * GROUP, np.int64)
    shifts[: order.size] = -made.shift[order] - 1
    multipliers = np.zeros(groups * GROUP, np.int64)
    multipliers[: order.size] = made.multiplier[order]
    words = (shifts.reshape(groups, GROUP) << np.array([0, 8, 16, 24])).sum(axis=1)
    table = np.concatenate([words[:, None], multipliers.reshape(groups, GROUP)], axis=1)
    return ConstArray("channels", "uint32_t", table.reshape(-1).astype(np.uint32), is_weights=False)
