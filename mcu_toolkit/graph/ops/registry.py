"""The registry of operators; each module of this package adds its own when the registry is first read."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit.graph.ops.base import Operator
from mcu_toolkit.registry import Registry, modules_of

#: Operator name → operator.
OPERATORS: Registry[Operator] = Registry(
    "operator", builtin=modules_of("mcu_toolkit.graph.ops", [str(Path(__file__).parent)])
)
