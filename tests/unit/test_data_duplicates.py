"""Groups of equal and nearly equal images."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.data.duplicates import find_groups


def test_groups_are_transitive_and_dense() -> None:
    thumbs = np.zeros((4, 32, 32), np.uint8)
    thumbs[:, :, 16:] = 200
    thumbs[3] = np.arange(32, dtype=np.uint8)[:, None] * 8
    groups = find_groups(["a", "b", "a", "c"], thumbs)
    assert groups.group.tolist() == [0, 0, 0, 1]
    assert (groups.equal, groups.near) == (1, 1)
