"""Initialisers of constant tables."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.emit.literals import rows


def test_members_that_are_arrays_have_braces_of_their_own() -> None:
    table = np.zeros(2, np.dtype([("right_shifts", np.uint32), ("multipliers", np.int32, 4)]))
    table["right_shifts"][1] = 2**32 - 1
    table["multipliers"][0] = 1, 2, 3, -(2**31)
    assert rows(table, "mcutk_scales_dsp") == ("    {0, {1, 2, 3, INT32_MIN}}, {4294967295u, {0, 0, 0, 0}},",)
