"""QUANTIZE from float32."""

from __future__ import annotations

import math

import numpy as np

from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.quantize import quantize_real


def test_quantize_real_saturates_and_rounds_halves_away() -> None:
    x = np.array([0.25, -0.25, 0.75, 1e30, -1e30, math.inf, -math.inf, math.nan], np.float32)
    got = quantize_real(x, 0.5, 2, DType.INT8)
    assert got.tolist() == [3, 1, 4, 127, -128, 127, -128, 2]
