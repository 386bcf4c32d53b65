"""Shared by the DSP kernel variants: constant channels, the choice of rounding, tables of scales."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import Coding, ConstArray
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer

#: Output channels that the inner blocks compute together: ``MCUTK_GROUP``.
GROUP = 4
#: ``mcutk_scales_dsp``.
_SCALES = np.dtype([("right_shifts", np.uint32), ("multipliers", np.int32, GROUP)])
#: ``mcutk_scale_dsp``.
_SCALE = np.dtype([("multiplier", np.int32), ("shift", np.int32)])
#: Right shifts that the rounding of ``relu`` and ``linear`` can hold beside a zero point.
_MAX_RIGHT = 22

Ints = npt.NDArray[np.int64]


class Rounding(str, Enum):
    """How sums become outputs; the conditions are in ``mcutk_scales_dsp.h``."""

    RELU = "relu"
    LINEAR = "linear"
    ANY = "any"


@dataclass(frozen=True, eq=False)
class Channels:
    """The channels of a layer in which constant ones are replaced, so that all others have known bounds.

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
    """Double rounding, elementwise; a left shift must not exceed int32."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    high = ((acc << left) * multiplier + (1 << 30)) >> 31
    half = np.where(right > 0, (np.int64(1) << right) >> 1, 0)
    return (high + np.where((high < 0) & (right > 0), -1, 0) + half) >> right


@lru_cache(maxsize=8)
def channels(layer: ConvLayer) -> Channels | None:
    """The channels of a layer; None if an accumulator could exceed int32."""
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
    # Partial sums may exceed the ends, which sums modulo 2^32 allow.
    bound = np.where(constant, np.abs(bias), np.maximum(np.abs(high), np.abs(low)))
    return Channels(weights, bias, multiplier, shift, bound, _rounding(layer, shift, bound))


def _constants(constant: npt.NDArray[np.bool_], wanted: Ints, bias: Ints, multiplier: Ints, shift: Ints) -> list[Ints]:
    """Bias, multiplier and shift that give `wanted` where the accumulator is the bias alone.

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


def weight_table(groups: Ints, layout: str, coding: Coding | None = None) -> ConstArray:
    """Packed weights.

    Args:
        groups: [rows, n] 32-bit words, signed or not.
        layout: what a row is.
        coding: how it is stored in few bits, if it is.
    """
    return ConstArray("weights", "uint32_t", (groups & 0xFFFFFFFF).astype(np.uint32), layout=layout, coding=coding)


def group_scales(made: Channels, order: Ints | None = None) -> ConstArray:
    """``mcutk_scales_dsp`` of each group of four channels, for the roundings ``relu`` and ``linear``.

    Args:
        made: the channels.
        order: the channel at each place, instead of all of them in order.
    """
    order = np.arange(made.shift.size) if order is None else order
    padding = (0, -order.size % GROUP)
    shifts = np.pad(-made.shift[order] - 1, padding).reshape(-1, GROUP)
    table = np.zeros(len(shifts), _SCALES)
    table["right_shifts"] = (shifts << np.array([0, 8, 16, 24])).sum(axis=1)
    table["multipliers"] = np.pad(made.multiplier[order], padding).reshape(-1, GROUP)
    layout = "right shifts - 1, multipliers of four channels"
    return ConstArray("scales", "mcutk_scales_dsp", table, is_weights=False, layout=layout)


def channel_scales(made: Channels) -> ConstArray:
    """``mcutk_scale_dsp`` of each channel, for the rounding ``any``."""
    table = np.zeros(made.shift.size, _SCALE)
    table["multiplier"], table["shift"] = made.multiplier, made.shift
    return ConstArray("scales", "mcutk_scale_dsp", table, is_weights=False, layout="multiplier, shift")
