"""Class scores among the outputs of a model of any type."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.graph.block import join
from mcu_toolkit.graph.ir import DType, Quant, Tensor
from mcu_toolkit.report.outputs import class_scores, fits_classes, predictions, score_step

QUANT = Quant(np.array([0.5], np.float32), np.array([1], np.int64))


@pytest.mark.parametrize("dtype", [DType.INT8, DType.UINT8, DType.INT16])
def test_scores_are_dequantized(dtype: DType) -> None:
    output = Tensor("scores", (1, 2), dtype, QUANT)
    values = np.array([[3, 1], [0, 5]], dtype.numpy)
    found = class_scores(output, join([values, np.zeros((2, 7), np.int8)]), 2)
    assert found.tolist() == [[1.0, 0.0], [-0.5, 2.0]]
    assert score_step(output) == 0.5 and fits_classes(output, 2) and not fits_classes(output, 3)


def test_float_scores_are_taken_as_they_are() -> None:
    output = Tensor("scores", (1, 2), DType.FLOAT32)
    assert class_scores(output, join([np.float32([[0.25, 0.75]])]), 2).tolist() == [[0.25, 0.75]]
    assert score_step(output) == 1 / 256


def test_an_index_is_a_class() -> None:
    output = Tensor("class", (1,), DType.INT32)
    rows = join([np.int32([2, 0, 7])])
    assert fits_classes(output, 3) and not fits_classes(Tensor("x", (1,), DType.INT8, QUANT), 3)
    assert class_scores(output, rows, 3).tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert predictions(output, rows, 3).tolist() == [2, 0, 0]
