"""TANH."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph import fixedpoint
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.logistic import INPUT_BITS, fixed_reason, saturated, to_fixed
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import rounding_divide_by_pot


class Tanh(Lookup):
    """TANH."""

    name = "TANH"
    forms = "int8 to int8 with scale 1/128 and zero point 0"

    def limits(self, graph: Graph, node: Node) -> str | None:
        return fixed_reason(graph, node, 1 / 128, 0)

    def table(self, graph: Graph, node: Node) -> Table:
        fixed = to_fixed(graph.tensors[node.inputs[0]])
        difference, scaled = fixed(ALL_INT8)
        real = rounding_divide_by_pot(fixedpoint.tanh(scaled, INPUT_BITS), 31 - 7)
        return saturated(difference, fixed.radius, np.clip(real, -128, 127))


OPERATORS.add(Tanh.name, Tanh())
