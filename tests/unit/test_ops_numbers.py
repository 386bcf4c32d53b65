"""Numbers worked out by hand or in real arithmetic, independently of any interpreter."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcu_toolkit.graph import fixedpoint
from mcu_toolkit.graph.attrs import Activation, Padding, Window
from mcu_toolkit.graph.geometry import window_geometry
from mcu_toolkit.graph.ir import DType, Quant, Tensor
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.linear import exact_matmul
from mcu_toolkit.graph.ops.lookup import Lookup
from mcu_toolkit.graph.ops.quantize import quantize_real
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.requantize import (
    activation_range,
    doubling_high_mul,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    quantize_multipliers,
    rounding_divide_by_pot,
)
from mcu_toolkit.host.oracle import Oracle
from tests.support.tflite_writer import SubgraphSpec, write_model

INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


def tensor(scale: float, zero_point: int) -> Tensor:
    quant = Quant(np.array([scale], np.float32), np.array([zero_point], np.int64))
    return Tensor("t", (1,), DType.INT8, quant)


@pytest.mark.parametrize("real", [0.0, 1.0, 0.5, 0.75, 1e-3, 123.456, 2.0**-31, 2.0**-40, 1 - 2.0**-40])
def test_multiplier_stands_for_its_real(real: float) -> None:
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


def test_left_shift_wraps_like_a_register() -> None:
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


@pytest.mark.parametrize(
    ("padding", "size", "kernel", "stride", "dilation", "out", "before"),
    [
        (Padding.SAME, 5, 3, 2, 1, 3, 1), (Padding.SAME, 6, 3, 2, 1, 3, 0), (Padding.VALID, 6, 3, 2, 1, 2, 0),
        (Padding.SAME, 7, 3, 1, 2, 7, 2), (Padding.VALID, 7, 3, 1, 3, 1, 0), (Padding.SAME, 1, 5, 1, 1, 1, 2),
    ],
)  # fmt: skip
def test_geometry(padding: Padding, size: int, kernel: int, stride: int, dilation: int, out: int, before: int) -> None:
    g = window_geometry(
        Window(padding=padding, stride_h=stride, stride_w=stride), (size, size), (kernel, kernel), (dilation, dilation)
    )
    assert (g.out_h, g.pad_top, g.out_w, g.pad_left) == (out, before, out, before)


def test_explicit_padding_may_be_uneven() -> None:
    g = window_geometry(Window(padding=Padding.EXPLICIT, stride_h=2, stride_w=1, pad=(0, 1, 2, 3)), (6, 6), (3, 3))
    assert (g.out_h, g.pad_top, g.pad_bottom) == (3, 0, 1)
    assert (g.out_w, g.pad_left, g.pad_right) == (9, 2, 3)


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


def test_matmul_is_exact_past_float32() -> None:
    rows = np.full((1, 4000), -255, np.int16)
    columns = np.full((4000, 2), 127, np.int8)
    columns[0, 1] = 126
    assert exact_matmul(rows, columns).astype(np.int64).tolist() == [[-255 * 127 * 4000, -255 * 127 * 4000 + 255]]


def test_quantize_real_saturates_and_rounds_halves_away() -> None:
    x = np.array([0.25, -0.25, 0.75, 1e30, -1e30, math.inf, -math.inf, math.nan], np.float32)
    got = quantize_real(x, 0.5, 2, DType.INT8)
    assert got.tolist() == [3, 1, 4, 127, -128, 127, -128, 2]


_REAL = {
    "LOGISTIC": (lambda x: 1 / (1 + math.exp(-x)), 1 / 256, -128),
    "TANH": (math.tanh, 1 / 128, 0),
    "HARD_SWISH": (lambda x: x * min(max(x + 3, 0), 6) / 6, 0.05, -90),
    "RELU": (lambda x: max(x, 0), 0.05, -90),
    "ELU": (lambda x: x if x > 0 else math.exp(x) - 1, 0.05, -90),
    "LEAKY_RELU": (lambda x: x if x > 0 else 0.2 * x, 0.05, -90),
    "RELU6": (lambda x: min(max(x, 0), 6), 0.06, 11),
}


@pytest.mark.parametrize("op", sorted(_REAL))
def test_tables_are_within_a_step_of_the_real_function(op: str) -> None:
    function, scale, zero = _REAL[op]
    graph = SubgraphSpec()
    graph.tensor((1, 256), scale=[0.06], zero_point=[11])
    graph.tensor((1, 256), scale=[scale], zero_point=[zero])
    graph.node(op, [0], [1], *([(0, "f32", 0.2)] if op == "LEAKY_RELU" else []))
    graph.inputs, graph.outputs = [0], [1]
    read = read_model(write_model(graph))
    kind = OPERATORS[op]
    assert isinstance(kind, Lookup)
    table = kind.table(read, read.nodes[0])
    real = [function(0.06 * (q - 11)) for q in range(-128, 128)]
    ideal = np.clip(np.array(real) / scale + zero, -128, 127)
    assert np.abs(table - ideal).max() <= 1.3
    everything = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
    np.testing.assert_array_equal(Oracle(read).run(everything)[0], table)


def test_softmax_of_very_many_equal_classes() -> None:
    """TensorFlow Lite Micro aborts from 512 equal classes on; here every class gets the least value."""
    graph = SubgraphSpec()
    graph.tensor((1, 600), scale=[0.1], zero_point=[0])
    graph.tensor((1, 600), scale=[1 / 256], zero_point=[-128])
    graph.node("SOFTMAX", [0], [1], (0, "f32", 1.0))
    graph.inputs, graph.outputs = [0], [1]
    assert (Oracle(read_model(write_model(graph))).run(np.zeros((1, 600), np.int8)) == -128).all()
