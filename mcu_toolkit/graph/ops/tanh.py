"""TANH."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph import fixedpoint
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.logistic import INPUT_BITS, Squashing, fixed_reason, saturated, steps_reason, to_fixed
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import Int64, rounding_divide_by_pot


class Tanh(Squashing):
    """TANH."""

    name = "TANH"
    exact_shifts = (0, 1)
    forms = "int8 to int8 with scale 1/128 and zero point 0; int16 with zero point 0 to int16 with scale 2^-15"

    def limits(self, graph: Graph, node: Node) -> str | None:
        if graph.tensors[node.inputs[0]].dtype is DType.INT16:
            return steps_reason(graph, node)
        return fixed_reason(graph, node, 1 / 128, 0)

    def values(self, graph: Graph, node: Node, x: Int64) -> Int64:
        data = graph.tensors[node.inputs[0]]
        if data.dtype is DType.INT16:
            return fixedpoint.tanh_of_steps(self.steps(graph, node)(x))
        fixed = to_fixed(data)
        difference, scaled = fixed(x)
        real = rounding_divide_by_pot(fixedpoint.tanh(scaled, INPUT_BITS), 31 - 7)
        return saturated(difference, fixed.radius, np.clip(real, -128, 127))


OPERATORS.add(Tanh.name, Tanh())
