"""RELU6."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import same_quant, tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import quantize_value, zero_point_of


def bounds(graph: Graph, node: Node) -> tuple[int, int]:
    """The quantized 0 and 6, saturated to int8; `check` has passed."""
    data, _ = tensors_of(graph, node)
    assert data.quant is not None
    six = quantize_value(6.0, data.quant)
    return zero_point_of(data), 127 if six is None else min(max(six, -128), 127)


class Relu6(Lookup):
    """RELU6: a clamp in the input's quantization."""

    name = "RELU6"
    clamp = Activation.RELU6
    forms = "int8, input and output of one quantization"

    def limits(self, graph: Graph, node: Node) -> str | None:
        if not same_quant(*tensors_of(graph, node)):
            return "input and output differ in quantization; supported: the same (put a QUANTIZE after)"
        return None

    def table(self, graph: Graph, node: Node) -> Table:
        return np.clip(ALL_INT8, *bounds(graph, node)).astype(np.int8)


OPERATORS.add(Relu6.name, Relu6())
