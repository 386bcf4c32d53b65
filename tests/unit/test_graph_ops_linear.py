"""Integer matrix products through float arithmetic."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ops.linear import exact_matmul


def test_matmul_is_exact_past_float32() -> None:
    rows = np.full((1, 4000), -255, np.int16)
    columns = np.full((4000, 2), 127, np.int8)
    columns[0, 1] = 126
    assert exact_matmul(rows, columns).astype(np.int64).tolist() == [[-255 * 127 * 4000, -255 * 127 * 4000 + 255]]
