"""ABS."""

from __future__ import annotations

from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.base import shift_reason, tensors_of
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.relu import Bend, Bending, ratio
from mcu_toolkit.graph.requantize import RANGES, quantize_multiplier, zero_point_of


class Abs(Bending):
    """ABS."""

    name = "ABS"
    forms = "int8 to int8, any quantization; int16 to int16 with zero point 0"

    def limits(self, graph: Graph, node: Node) -> str | None:
        data, out = tensors_of(graph, node)
        if data.dtype is DType.INT16 and (zero_point_of(data) or zero_point_of(out)):
            return "int16 with a zero point other than 0; supported: symmetric int16"
        return shift_reason(ratio(graph, node))

    def bend(self, graph: Graph, node: Node) -> Bend:
        data, out = tensors_of(graph, node)
        factor = quantize_multiplier(ratio(graph, node))
        return Bend(zero_point_of(data), zero_point_of(out), factor, factor, *RANGES[out.dtype], mirrored=True)


OPERATORS.add(Abs.name, Abs())
