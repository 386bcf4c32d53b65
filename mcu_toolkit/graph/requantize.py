"""Integer requantization exactly as TensorFlow Lite Micro prepares and computes it.

Double rounding everywhere: gemmlowp's SaturatingRoundingDoublingHighMul, then RoundingDivideByPOT (Jacob et al.,
"Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 2.2).
Scales are float32 in the file; each product and quotient below is computed in the same precision as in TFLM.
A 32-bit accumulator that overflows wraps in two's complement, as in TFLM.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.ir import Array, DType, Quant, Tensor

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]

INT32_MAX = (1 << 31) - 1
INT32_MIN = -(1 << 31)

#: Range of each quantized element type.
RANGES: dict[DType, tuple[int, int]] = {
    DType.INT8: (-128, 127),
    DType.UINT8: (0, 255),
    DType.INT16: (-(1 << 15), (1 << 15) - 1),
    DType.INT32: (INT32_MIN, INT32_MAX),
}


@dataclass(frozen=True)
class Multiplier:
    """A real factor as integers: ``value = multiplier / 2**31 * 2**shift``.

    Attributes:
        multiplier: Q31, in [2**30, 2**31) or 0.
        shift: > 0 left, < 0 right (TFLite's convention).
    """

    multiplier: int
    shift: int


def round_half_away(value: npt.NDArray[np.floating] | float) -> npt.NDArray[np.floating]:
    """C's ``round``: to nearest, halves away from zero, in the precision of the argument."""
    x = np.asarray(value)
    whole = np.trunc(x)
    return np.asarray(whole + np.where(np.abs(x - whole) >= 0.5, np.sign(x), 0).astype(x.dtype))


def quantize_multiplier(real: float) -> Multiplier:
    """A real factor >= 0 as Q31 multiplier and power-of-two shift (TFLite's QuantizeMultiplier).

    Args:
        real: a double, finite.

    Returns:
        Factors below about 2**-32 become 0.
    """
    if real == 0.0:
        return Multiplier(0, 0)
    fraction, shift = math.frexp(real)
    fixed = math.floor(fraction * (1 << 31) + 0.5)
    if fixed == 1 << 31:
        fixed //= 2
        shift += 1
    if shift < -31:
        return Multiplier(0, 0)
    return Multiplier(fixed, shift)


def quantize_multipliers(reals: npt.NDArray[np.float64]) -> tuple[Int32, Int32]:
    """`quantize_multiplier` of each element of a vector.

    Args:
        reals: float64 [n], >= 0.

    Returns:
        Multipliers int32 [n] and shifts int32 [n].
    """
    fraction, shift = np.frexp(reals)
    fixed = np.floor(fraction * float(1 << 31) + 0.5).astype(np.int64)
    carried = fixed == 1 << 31
    fixed = np.where(carried, 1 << 30, fixed)
    shift = np.where(carried, shift + 1, shift)
    flushed = (shift < -31) | (reals == 0.0)
    return np.where(flushed, 0, fixed).astype(np.int32), np.where(flushed, 0, shift).astype(np.int32)


def wrap32(x: Array) -> Int64:
    """The value a 32-bit two's complement register would hold, as int64."""
    return x.astype(np.int64).astype(np.int32).astype(np.int64)


def doubling_high_mul(a: Int64, b: Int64 | int) -> Int64:
    """SaturatingRoundingDoublingHighMul: ``round(a * b / 2**31)``, halves up, saturated.

    Args:
        a, b: int64 arrays that hold int32 values.
    """
    # The C code adds a sign-dependent nudge and divides towards zero; that equals a floor of the sum with 2**30.
    return np.asarray(np.minimum((a * b + (1 << 30)) >> 31, INT32_MAX), np.int64)


def rounding_divide_by_pot(x: Int64, exponent: Int64 | int) -> Int64:
    """``x / 2**exponent`` to nearest, halves away from zero; `exponent` >= 0."""
    mask = (np.int64(1) << np.asarray(exponent, np.int64)) - 1
    threshold = (mask >> 1) + (x < 0)
    return np.asarray((x >> exponent) + ((x & mask) > threshold), np.int64)


def multiply_by_quantized_multiplier(x: Array, multiplier: Array | int, shift: Array | int) -> Int64:
    """MultiplyByQuantizedMultiplier with double rounding.

    Args:
        x: integers that fit int32, any shape.
        multiplier: Q31 int32, scalar or broadcastable.
        shift: scalar or broadcastable; > 0 left, wrapping as an int32 would.

    Returns:
        int64 holding int32 values, the shape of `x`.
    """
    factor = np.asarray(multiplier, np.int64)
    left = np.maximum(np.asarray(shift, np.int64), 0)
    right = np.maximum(-np.asarray(shift, np.int64), 0)
    wide = x.astype(np.int64)
    if left.any():
        wide = wrap32(wide << left)
    return rounding_divide_by_pot(doubling_high_mul(wide, factor), right)


def requantize(acc: Array, multiplier: Array | int, shift: Array | int, zero_point: int, low: int, high: int) -> Int64:
    """From accumulator to output: scale, add the zero point, clamp to [low, high].

    Args:
        acc: accumulators, any integer dtype; taken modulo 2**32.
        multiplier, shift: scalar, or one value per element of the last axis.

    Returns:
        int64, the shape of `acc`.
    """
    scaled = multiply_by_quantized_multiplier(wrap32(acc), multiplier, shift)
    return np.clip(wrap32(scaled + zero_point), low, high)


def multiply_wide(x: Array, multiplier: Array | int, shift: Array | int) -> Int64:
    """MultiplyByQuantizedMultiplier of 64-bit accumulators: one rounding, a multiplier of 15 bits.

    Args:
        x: int64, |x| < 2**47.
        multiplier, shift: from `reduced_multiplier`; scalar or broadcastable.

    Returns:
        int64 holding int32 values, the shape of `x`.
    """
    places = np.asarray(shift, np.int64)
    total = x.astype(np.int64) * np.asarray(multiplier, np.int64) + (np.int64(1) << (places - 1))
    return wrap32(total >> places)


def reduced_multiplier(multiplier: Int32, shift: Int32) -> tuple[Int32, Int32]:
    """Multipliers of 15 bits and right shifts for `multiply_wide`, from Q31 multipliers and shifts of at most 7."""
    wide = multiplier.astype(np.int64)
    fifteen = np.where(wide < 0x7FFF0000, (wide + (1 << 15)) >> 16, 0x7FFF)
    return fifteen.astype(np.int32), (15 - shift).astype(np.int32)


def scale_of(tensor: Tensor) -> float:
    """The per-tensor scale, a float32 widened to a double. The tensor is quantized."""
    assert tensor.quant is not None
    return float(tensor.quant.scale[0])


def zero_point_of(tensor: Tensor) -> int:
    """The per-tensor zero point. The tensor is quantized."""
    assert tensor.quant is not None
    return int(tensor.quant.zero_point[0])


def reset_value(tensor: Tensor) -> Array:
    """Contents of a variable after a reset: its initial contents, else its zero point, else 0."""
    if tensor.initial is not None:
        return tensor.initial
    return np.full(tensor.shape, zero_point_of(tensor) if tensor.quant else 0, tensor.dtype.numpy)


def activation_range(activation: Activation, tensor: Tensor) -> tuple[int, int] | None:
    """Clamp of an output by a fused activation (CalculateActivationRangeQuantized).

    Args:
        activation: NONE, RELU, RELU6 or RELU_N1_TO_1.
        tensor: the output, quantized per tensor.

    Returns:
        (low, high), or None where TFLM refuses: the bound overflows int32, or the range is empty.
    """
    quant = tensor.quant
    assert quant is not None
    low, high = RANGES[tensor.dtype]
    bounds = {
        Activation.RELU: (0.0, None),
        Activation.RELU6: (0.0, 6.0),
        Activation.RELU_N1_TO_1: (-1.0, 1.0),
    }.get(activation)
    if bounds is None:
        return low, high
    for bound, is_low in zip(bounds, (True, False), strict=True):
        if bound is None:
            continue
        value = quantize_value(bound, quant)
        if value is None:
            return None
        low, high = (max(low, value), high) if is_low else (low, min(high, value))
    return (low, high) if low <= high else None


def quantize_value(real: float, quant: Quant) -> int | None:
    """A real number in a tensor's quantization, divided in float32, unclamped; None where it overflows int32."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        steps = float(round_half_away(np.float32(real) / np.float32(quant.scale[0])))
    if not -(2.0**31) <= steps < 2.0**31:
        return None
    return int(steps) + int(quant.zero_point[0])
