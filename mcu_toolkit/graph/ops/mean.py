"""MEAN."""

from __future__ import annotations

from mcu_toolkit.graph.ops.reduction import Reducer
from mcu_toolkit.graph.ops.registry import OPERATORS


class Mean(Reducer):
    """MEAN."""

    name = "MEAN"
    divides = True


OPERATORS.add(Mean.name, Mean())
