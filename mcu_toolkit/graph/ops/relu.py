"""RELU."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import shift_reason, tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import quantize_multiplier, requantize, scale_of, zero_point_of


def ratio(graph: Graph, node: Node) -> float:
    """Input scale over output scale, divided in float32; infinite where that overflows."""
    data, out = tensors_of(graph, node)
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float32(scale_of(data)) / np.float32(scale_of(out)))


class Relu(Lookup):
    """RELU."""

    name = "RELU"
    clamp = Activation.RELU
    forms = "int8 to int8, any quantization"

    def limits(self, graph: Graph, node: Node) -> str | None:
        return shift_reason(ratio(graph, node))

    def table(self, graph: Graph, node: Node) -> Table:
        data, out = tensors_of(graph, node)
        factor = quantize_multiplier(ratio(graph, node))
        zero = zero_point_of(out)
        x = ALL_INT8 - zero_point_of(data)
        return requantize(x, factor.multiplier, factor.shift, zero, zero, 127).astype(np.int8)


OPERATORS.add(Relu.name, Relu())
