"""SUM."""

from __future__ import annotations

from mcu_toolkit.graph.ops.reduction import Reducer
from mcu_toolkit.graph.ops.registry import OPERATORS


class Sum(Reducer):
    """SUM."""

    name = "SUM"
    divides = False


OPERATORS.add(Sum.name, Sum())
