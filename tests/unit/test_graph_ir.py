"""Tensors of the IR: sizes and the quantization of borders."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import DType, Quant, Tensor


def test_size_is_elements_times_element_size() -> None:
    tensor = Tensor("x", (1, 3, 5), DType.INT16)
    assert (tensor.elements, tensor.bytes) == (15, 30)
    assert Tensor("scalar", (), DType.INT32).bytes == 4


def test_border_quantization_is_read_from_the_file() -> None:
    quant = Quant(np.array([0.5], np.float32), np.array([-7], np.int64))
    assert Tensor("x", (1,), DType.INT8, quant).border_quant == (0.5, -7)


def test_border_quantization_defaults_to_one_and_zero() -> None:
    empty = Quant(np.zeros(0, np.float32), np.zeros(0, np.int64))
    assert Tensor("x", (1,), DType.FLOAT32).border_quant == (1.0, 0)
    assert Tensor("x", (1,), DType.INT8, empty).border_quant == (1.0, 0)
