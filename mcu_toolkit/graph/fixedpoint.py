"""Fixed-point transcendental functions with the same bits as gemmlowp's, in int64 NumPy.

A raw int32 with m integer bits stands for ``raw / 2**(31 - m)``. Formulas and constants are those of gemmlowp's
fixedpoint.h, which TFLite's integer kernels use.
"""

from __future__ import annotations

import math

import numpy as np

from mcu_toolkit.graph.requantize import (
    INT32_MAX,
    INT32_MIN,
    Int64,
    Multiplier,
    doubling_high_mul,
    rounding_divide_by_pot,
    wrap32,
)

#: exp(-2**k) in Q0.31 for k = -2 … 4.
_EXP_FACTORS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def saturating_shift_left(x: Int64, bits: int) -> Int64:
    """``x * 2**bits`` saturated to int32."""
    return np.asarray(np.clip(x << bits, INT32_MIN, INT32_MAX), np.int64)


def _exp_last_quarter(a: Int64) -> Int64:
    """exp(a) for a in [-1/4, 0), Q0.31: a Taylor expansion around -1/8."""
    centre, third = 1895147668, 715827883
    x = a + (1 << 28)
    x2 = doubling_high_mul(x, x)
    x3 = doubling_high_mul(x2, x)
    x4_over_4 = rounding_divide_by_pot(doubling_high_mul(x2, x2), 2)
    tail = rounding_divide_by_pot(doubling_high_mul(x4_over_4 + x3, third) + x2, 1)
    return centre + doubling_high_mul(x + tail, centre)


def exp_on_negative_values(a: Int64, integer_bits: int) -> Int64:
    """exp(a) for a <= 0.

    Args:
        a: raw values with `integer_bits` integer bits.

    Returns:
        Raw Q0.31; exp(0) is 2**31 - 1.
    """
    fractional = 31 - integer_bits
    quarter = 1 << (fractional - 2)
    low = (a & (quarter - 1)) - quarter
    result = _exp_last_quarter(saturating_shift_left(low, integer_bits))
    remainder = low - a
    for step, factor in enumerate(_EXP_FACTORS):
        exponent = step - 2
        if integer_bits > exponent:
            bit = 1 << (fractional + exponent)
            result = np.where(remainder & bit, doubling_high_mul(result, factor), result)
    if integer_bits > 5:
        result = np.where(a < -(1 << (36 - integer_bits)), 0, result)
    return np.where(a == 0, INT32_MAX, result)


def _reciprocal_of_half_denominator(a: Int64) -> Int64:
    """2 / (1 + a) for a in (0, 1), Q2.29, by three Newton-Raphson steps."""
    half = (a + INT32_MAX + 1) >> 1  # RoundingHalfSum of non-negative values
    x = 1515870810 + doubling_high_mul(half, -1010580540)
    for _ in range(3):
        error = (1 << 29) - doubling_high_mul(half, x)
        x = wrap32(x + saturating_shift_left(doubling_high_mul(x, error), 2))
    return x


def one_over_one_plus_x(a: Int64) -> Int64:
    """1 / (1 + a) for a in (0, 1); both Q0.31."""
    return saturating_shift_left(_reciprocal_of_half_denominator(a), 1)


def one_minus_x_over_one_plus_x(a: Int64) -> Int64:
    """(1 - a) / (1 + a) for a in (0, 1); both Q0.31."""
    return saturating_shift_left(_reciprocal_of_half_denominator(a) - (1 << 29), 2)


def logistic(a: Int64, integer_bits: int) -> Int64:
    """1 / (1 + exp(-a)) of raw values with `integer_bits` integer bits, as Q0.31."""
    upper = one_over_one_plus_x(exp_on_negative_values(-np.abs(a), integer_bits))
    return np.where(a == 0, 1 << 30, np.where(a > 0, upper, INT32_MAX - upper))


def tanh(a: Int64, integer_bits: int) -> Int64:
    """tanh(a) of raw values with `integer_bits` integer bits, as Q0.31."""
    # The doubling costs one integer bit and no arithmetic: the raw value is read in a wider format.
    upper = one_minus_x_over_one_plus_x(exp_on_negative_values(-np.abs(a), integer_bits + 1))
    return np.where(a == 0, 0, np.where(a > 0, upper, -upper))


def _leading_zeros(x: Int64) -> Int64:
    """Leading zero bits of positive int32 values."""
    return np.asarray(32 - np.frexp(x.astype(np.float64))[1], np.int64)


def log_of_at_least_one(x: Int64, in_bits: int, out_bits: int) -> Int64:
    """log(x) for x >= 1 (TFLite's log_x_for_x_greater_than_or_equal_to_1).

    Args:
        x: raw values with `in_bits` integer bits.
        in_bits, out_bits: integer bits of argument and result.

    Returns:
        Raw values with `out_bits` integer bits.
    """
    wide = out_bits + 1  # integer bits of the sum inside
    fraction = 31 - wide
    quarter = rounding_divide_by_pot(np.asarray(1 << 29, np.int64), wide)
    sqrt_half, sqrt_sqrt_half = 1518500250, 1805811301
    # Two ways to bring x into [1/2, 1): as it is, or times sqrt(1/2); the smaller remainder is used.
    zeros_a = _leading_zeros(x)
    r_a = saturating_shift_left(doubling_high_mul(_shift_each(x, zeros_a - 1), sqrt_half), 1)
    power_a = np.clip(_shift_each(in_bits - zeros_a, fraction) + quarter, INT32_MIN, INT32_MAX)
    headroom_b = _leading_zeros(doubling_high_mul(x, sqrt_half)) - 1
    r_b = _shift_each(x, headroom_b)
    power_b = np.clip(_shift_each(in_bits - headroom_b, fraction) - quarter, INT32_MIN, INT32_MAX)
    r, power = np.minimum(r_a, r_b), np.maximum(power_a, power_b)
    total = r + sqrt_sqrt_half
    p = (total + np.where(total >= 0, 1, -1)) >> 1  # RoundingHalfSum of positive values
    q = 2 * (r - sqrt_sqrt_half)
    square = doubling_high_mul(q, q)
    numerator = doubling_high_mul(q, r) + doubling_high_mul(doubling_high_mul(q, square), 117049297)
    inner = 1057819769 + q + doubling_high_mul(square, 127690142)
    denominator = doubling_high_mul(p, inner) + doubling_high_mul(q, 638450708)
    ratio = doubling_high_mul(rounding_divide_by_pot(numerator, wide), one_over_one_plus_x(denominator))
    return saturating_shift_left(doubling_high_mul(power, 1488522236) + ratio, 1)


def _shift_each(x: Int64, bits: Int64 | int) -> Int64:
    """``x * 2**bits`` saturated to int32, bits of any sign (SaturatingRoundingMultiplyByPOT)."""
    left = np.maximum(np.asarray(bits, np.int64), 0)
    right = np.maximum(-np.asarray(bits, np.int64), 0)
    # A Python-wide product cannot overflow here: |x| < 2**31 and at most 31 bits.
    return rounding_divide_by_pot(np.clip(x.astype(np.int64) << left, INT32_MIN, INT32_MAX), right)


#: Indices at which the reference's table of sigmoids is the nearest integer plus one.
_SIGMOID_ONE_MORE = (
    4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41, 43, 44, 45,
    46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255,
)  # fmt: skip


def _sigmoid_table() -> Int64:
    values = np.array([math.floor(65536 / (1 + math.exp(-i / 24)) + 0.5) for i in range(256)], np.int64)
    values[list(_SIGMOID_ONE_MORE)] += 1
    return values


#: sigmoid(i / 24) as 0.16 fixed point for i = 0 … 255, int64 [256]; the reference uses it for sigmoid and tanh.
SIGMOID_TABLE = _sigmoid_table()


def sigmoid_int16(x: Int64) -> Int64:
    """Sigmoid of int16 Q3.12 as Q0.15.

    Args:
        x: int64 holding int16 values.
    """
    return sigmoid_of_steps(3 * x)


def sigmoid_of_steps(wide: Int64) -> Int64:
    """Sigmoid of multiples of 1 / 12288 as Q0.15, by the table with linear interpolation."""
    size = np.abs(wide)
    place = size >> 9
    low = SIGMOID_TABLE[np.minimum(place, 254)]
    high = SIGMOID_TABLE[np.minimum(place, 254) + 1]
    result = np.where(place >= 255, 0x7FFF << 10, (low << 9) + (size & 0x1FF) * (high - low))
    mirrored = np.where(wide >= 0, result + (1 << 9), (1 << 25) - result + (1 << 9) - 1)
    return np.asarray(mirrored >> 10, np.int64)


def tanh_int16(x: Int64, shift: int) -> Int64:
    """Tanh of int16 values as Q0.15.

    Args:
        x: int64 holding int16 values of scale ``2 ** (shift - 12)``.
    """
    return tanh_of_steps((3 * x) << shift if shift >= 0 else (3 * x + (1 << (-shift - 1))) >> -shift)


def tanh_of_steps(wide: Int64) -> Int64:
    """Tanh of multiples of 1 / 12288 as Q0.15, by the table of sigmoids."""
    size = np.abs(wide)
    place = size >> 8
    low = SIGMOID_TABLE[np.minimum(place, 254)]
    high = SIGMOID_TABLE[np.minimum(place, 254) + 1]
    result = np.where(place >= 255, 0xFFFF << 8, (low << 8) + (size & 0xFF) * (high - low))
    half, bias = 1 << 23, 1 << 7
    return np.asarray(np.where(wide >= 0, result - half + bias, half - result + bias - 1) >> 8, np.int64)


def inverse_sqrt(value: int) -> Multiplier:
    """1 / sqrt(value) as a Q31 multiplier and a shift (GetInvSqrtQuantizedMultiplierExp).

    Args:
        value: at least 0; 0 is taken as 1.
    """
    if value <= 1:
        return Multiplier(INT32_MAX, 0)
    right = 11
    while value >= 1 << 29:
        value //= 4
        right += 1
    pairs = (31 - value.bit_length()) // 2 - 1
    right -= pairs
    raw = np.asarray((value << 2 * pairs) >> 1, np.int64)
    half = rounding_divide_by_pot(raw, 1)
    three_halves = np.asarray((1 << 28) + (1 << 27), np.int64)
    x = np.asarray(1 << 28, np.int64)  # 1 with three integer bits
    for _ in range(5):  # Newton-Raphson
        square = doubling_high_mul(x, x)  # six integer bits
        cube = saturating_shift_left(doubling_high_mul(square, x), 6)  # nine integer bits, back to three
        step = doubling_high_mul(three_halves, x) - doubling_high_mul(half, cube)
        x = saturating_shift_left(step, 3)
    found = int(doubling_high_mul(x, np.asarray(1518500250, np.int64)))
    return Multiplier(found << -right, 0) if right < 0 else Multiplier(found, -right)


def reciprocal(value: int) -> Multiplier:
    """1 / value as a Q31 number and the right shift that goes with it (GetReciprocal with 31 integer bits).

    Args:
        value: in 1 … 2**31 - 1.
    """
    headroom = 32 - value.bit_length()
    fraction = np.asarray((value << headroom) - (1 << 31), np.int64)
    return Multiplier(int(one_over_one_plus_x(fraction)), 31 - headroom)
