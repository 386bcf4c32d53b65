"""SUM."""

from __future__ import annotations

from mcu_toolkit.graph.ops.reduction import Reducer


class Sum(Reducer):
    """SUM."""

    name = "SUM"
