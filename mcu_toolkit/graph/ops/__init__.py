"""The operators, one module per operator or per family that shares its arithmetic."""

from __future__ import annotations

from mcu_toolkit.graph.ops.base import Operator
from mcu_toolkit.graph.ops.registry import OPERATORS

__all__ = ["OPERATORS", "Operator", "operator"]


def operator(name: str) -> Operator | None:
    """The operator of a name; None where it is not supported."""
    return OPERATORS.get(name)
