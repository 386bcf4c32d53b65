"""Requantization against numbers calculated by hand or in real arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.ir import DType, Quant, Tensor
from mcu_toolkit.graph.requantize import (
    activation_range,
    doubling_high_mul,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    quantize_multipliers,
    rounding_divide_by_pot,
)

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


def tensor(scale: float, zero_point: int) -> Tensor:
    quant = Quant(np.array([scale], np.float32), np.array([zero_point], np.int64))
    return Tensor("t", (1,), DType.INT8, quant)


@pytest.mark.parametrize("real", [0.0, 1.0, 0.5, 0.75, 1e-3, 123.456, 2.0**-31, 2.0**-40, 1 - 2.0**-40])
def test_multiplier_and_shift_equal_the_real_number(real: float) -> None:
    m = quantize_multiplier(real)
    assert m.multiplier == 0 or 1 << 30 <= m.multiplier <= INT32_MAX
    assert m.multiplier / 2**31 * 2.0**m.shift == pytest.approx(real, rel=1e-9, abs=2.0**-31)


def test_multipliers_of_a_vector_are_those_of_its_elements() -> None:
    reals = np.array([0.0, 1.0, 0.3, 7e5, 1e-12, 1 - 2.0**-40])
    multipliers, shifts = quantize_multipliers(reals)
    for real, multiplier, shift in zip(reals, multipliers, shifts, strict=True):
        one = quantize_multiplier(float(real))
        assert (one.multiplier, one.shift) == (multiplier, shift)


def test_rounding_divide_rounds_halves_away_from_zero() -> None:
    x = np.array([5, 6, 7, -5, -6, -7, 2, -2, 0], np.int64)
    assert rounding_divide_by_pot(x, 2).tolist() == [1, 2, 2, -1, -2, -2, 1, -1, 0]
    assert rounding_divide_by_pot(np.array([INT32_MAX, INT32_MIN], np.int64), 31).tolist() == [1, -1]


def test_high_mul_rounds_and_saturates() -> None:
    a = np.array([INT32_MIN, INT32_MIN, 1 << 30, 3, -3], np.int64)
    b = np.array([INT32_MIN, INT32_MAX, 1 << 30, 1 << 30, 1 << 30], np.int64)
    assert [int(doubling_high_mul(x, int(y))) for x, y in zip(a, b, strict=True)] == [
        INT32_MAX, -INT32_MAX, 1 << 29, 2, -1,
    ]  # fmt: skip


def test_left_shift_wraps_at_32_bits() -> None:
    assert int(multiply_by_quantized_multiplier(np.array(1 << 30), 1 << 30, 1)) == -(1 << 30)


@pytest.mark.parametrize(
    ("activation", "bounds"),
    [(Activation.NONE, (-128, 127)), (Activation.RELU, (3, 127)), (Activation.RELU6, (3, 15)),
     (Activation.RELU_N1_TO_1, (1, 5))],
)  # fmt: skip
def test_activation_range(activation: Activation, bounds: tuple[int, int]) -> None:
    assert activation_range(activation, tensor(0.5, 3)) == bounds


def test_activation_range_that_is_empty_or_overflows() -> None:
    assert activation_range(Activation.RELU_N1_TO_1, tensor(1e-12, 0)) is None
    assert activation_range(Activation.RELU6, tensor(1.0, 127)) == (127, 127)
