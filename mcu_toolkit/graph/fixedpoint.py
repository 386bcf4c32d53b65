"""gemmlowp's fixed-point transcendental functions, bit for bit, in int64 NumPy.

A raw int32 with m integer bits stands for ``raw / 2**(31 - m)``. Formulas and constants are those of gemmlowp's
fixedpoint.h, which TFLite's integer kernels are specified by.
"""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.quantize import INT32_MAX, INT32_MIN, Int64, doubling_high_mul, rounding_divide_by_pot, wrap32

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
