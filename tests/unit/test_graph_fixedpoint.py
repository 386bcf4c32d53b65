"""Fixed-point functions against real arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.graph import fixedpoint
from mcu_toolkit.graph.requantize import INT32_MAX


@pytest.mark.parametrize("bits", [3, 4, 5])
def test_fixed_point_functions_are_near_the_real_ones(bits: int) -> None:
    x = np.arange(-(1 << 31), 1, 40_000_003, dtype=np.int64)
    real = x / 2.0 ** (31 - bits)
    np.testing.assert_allclose(fixedpoint.exp_on_negative_values(x, bits) / 2**31, np.exp(real), atol=2e-7)
    both = np.concatenate([x, -x - 1])
    np.testing.assert_allclose(
        fixedpoint.logistic(both, bits) / 2**31, 1 / (1 + np.exp(-both / 2.0 ** (31 - bits))), atol=2e-7
    )
    np.testing.assert_allclose(fixedpoint.tanh(both, bits) / 2**31, np.tanh(both / 2.0 ** (31 - bits)), atol=5e-7)


def test_logarithm_is_near_the_real_one() -> None:
    x = np.arange(1 << 19, INT32_MAX, 9_999_991, dtype=np.int64)
    result = fixedpoint.log_of_at_least_one(x, 12, 5) / 2.0**26
    np.testing.assert_allclose(result, np.log(x / 2.0**19), atol=2e-6)


def test_int16_sigmoid_and_tanh_are_near_the_real_ones() -> None:
    x = np.arange(-(1 << 15), 1 << 15, dtype=np.int64)
    np.testing.assert_allclose(fixedpoint.sigmoid_int16(x) / 2**15, 1 / (1 + np.exp(-x / 4096)), atol=6e-4)
    for shift in (-2, 0, 1):
        real = np.tanh(x * 2.0**shift / 4096)
        np.testing.assert_allclose(fixedpoint.tanh_int16(x, shift) / 2**15, real, atol=1.2e-3)


@pytest.mark.parametrize("value", [1, 2, 3, 100, 4097, 65535, 1 << 28, (1 << 29) + 5, (1 << 31) - 1])
def test_inverse_square_root_and_reciprocal(value: int) -> None:
    root, inverse = fixedpoint.inverse_sqrt(value), fixedpoint.reciprocal(value)
    assert root.multiplier / 2**31 * 2.0**root.shift == pytest.approx(value**-0.5, rel=1e-5)
    assert inverse.multiplier / 2**31 / 2.0**inverse.shift == pytest.approx(1 / value, rel=1e-6)
