"""Converts pixels to network inputs; training, host evaluation and bench share this definition.

A pixel p in 0…255 becomes the real number ``(p - offset) / divisor``; a quantized network takes
``q = clip(round(real / scale) + zero_point)`` with rounding half away from zero (Jacob et al., 2018, eq. 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.errors import ConfigError

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Normalization:
    """``real = (pixel - offset) / divisor``."""

    offset: float
    divisor: float


NORMALIZATIONS = {
    "unit": Normalization(0.0, 255.0),
    "signed": Normalization(127.5, 127.5),
    "raw": Normalization(0.0, 1.0),
}
UNIT = NORMALIZATIONS["unit"]


def normalization(name: str) -> Normalization:
    """The normalization that a recipe names.

    Raises:
        ConfigError: there is none of that name.
    """
    found = NORMALIZATIONS.get(name)
    if found is None:
        raise ConfigError("unknown normalization", expected=", ".join(NORMALIZATIONS), received=name)
    return found


def to_float(pixels: Pixels, how: Normalization = UNIT) -> npt.NDArray[np.float32]:
    """Pixels (uint8, any shape) as inputs of a float network (float32, same shape)."""
    table = ((np.arange(256, dtype=np.float64) - how.offset) / how.divisor).astype(np.float32)
    return table[pixels]


def to_int8(pixels: Pixels, scale: float, zero_point: int, how: Normalization = UNIT) -> npt.NDArray[np.int8]:
    """Pixels (uint8, any shape) as inputs of an int8 network (int8, same shape).

    Args:
        pixels: uint8.
        scale: quantization scale of the network's input, positive.
        zero_point: quantization zero point of the network's input, -128…127.
        how: the normalization that the network was trained with.

    Raises:
        ConfigError: the scale is not a positive finite number.
    """
    return to_input(pixels, np.dtype(np.int8), scale, zero_point, how)


def to_input(
    pixels: Pixels, dtype: np.dtype[Any], scale: float, zero_point: int, how: Normalization = UNIT
) -> npt.NDArray[Any]:
    """Pixels (uint8, any shape) as inputs of a network whose input has this type (same shape).

    Args:
        pixels: uint8.
        dtype: float32, which takes the normalized pixels, or an integer type.
        scale, zero_point: quantization of an integer input; the scale is positive.
        how: the normalization that the network was trained with.

    Raises:
        ConfigError: the scale is not a positive finite number.
    """
    if dtype == np.float32:
        return to_float(pixels, how)
    if not np.isfinite(scale) or scale <= 0.0:
        raise ConfigError("the input scale is not usable", expected="a positive number", received=str(scale))
    limits = np.iinfo(dtype)
    real = (np.arange(256, dtype=np.float64) - how.offset) / how.divisor
    steps = real / float(np.float32(scale))
    rounded = np.sign(steps) * np.floor(np.abs(steps) + 0.5)
    table = np.clip(rounded + zero_point, limits.min, limits.max).astype(dtype)
    return np.asarray(table[pixels], dtype=dtype)
