"""MEAN."""

from __future__ import annotations

from mcu_toolkit.graph.ops.reduction import Reducer


class Mean(Reducer):
    """MEAN."""

    name = "MEAN"
