"""RELU6."""

from __future__ import annotations

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import same_quant, tensors_of
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.relu import Bend, Bending
from mcu_toolkit.graph.requantize import RANGES, Multiplier, quantize_value, zero_point_of

#: Factor 1.
_ONE = Multiplier(1 << 30, 1)


def bounds(graph: Graph, node: Node) -> tuple[int, int]:
    """The quantized 0 and 6, saturated to the type; `check` has passed."""
    data, _ = tensors_of(graph, node)
    assert data.quant is not None
    six, (low, high) = quantize_value(6.0, data.quant), RANGES[data.dtype]
    return zero_point_of(data), high if six is None else min(max(six, low), high)


class Relu6(Bending):
    """RELU6: a clamp in the input's quantization."""

    name = "RELU6"
    clamp = Activation.RELU6
    forms = "int8 or int16, input and output of one quantization"

    def limits(self, graph: Graph, node: Node) -> str | None:
        if not same_quant(*tensors_of(graph, node)):
            return "input and output differ in quantization; supported: the same (put a QUANTIZE after)"
        return None

    def bend(self, graph: Graph, node: Node) -> Bend:
        zero = zero_point_of(graph.tensors[node.inputs[0]])
        return Bend(zero, zero, _ONE, _ONE, *bounds(graph, node))


OPERATORS.add(Relu6.name, Relu6())
