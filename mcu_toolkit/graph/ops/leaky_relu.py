"""LEAKY_RELU."""

from __future__ import annotations

from mcu_toolkit.graph.attrs import LeakyRelu as LeakyReluAttrs
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import shift_reason, tensors_of
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.relu import Bend, Bending, ratio
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    RANGES,
    quantize_multiplier,
    scale_of,
    zero_point_of,
)


def _negative_ratio(graph: Graph, node: Node) -> float:
    """Input scale * alpha / output scale."""
    assert isinstance(node.attrs, LeakyReluAttrs)
    data, out = tensors_of(graph, node)
    return scale_of(data) * node.attrs.alpha / scale_of(out)


def _read_options(o: Options) -> LeakyReluAttrs:
    return LeakyReluAttrs(alpha=o.finite(0))


class LeakyRelu(Bending):
    """LEAKY_RELU."""

    name = "LEAKY_RELU"
    options = OptionsFormat(75, _read_options)
    forms = "int8 to int8 or int16 to int16, any quantization, alpha >= 0"

    def limits(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, LeakyReluAttrs):
            return "no attributes"
        if node.attrs.alpha < 0:
            return f"alpha {node.attrs.alpha:g}; supported: alpha >= 0"
        return shift_reason(ratio(graph, node)) or shift_reason(_negative_ratio(graph, node))

    def bend(self, graph: Graph, node: Node) -> Bend:
        data, out = tensors_of(graph, node)
        positive = quantize_multiplier(ratio(graph, node))
        negative = quantize_multiplier(_negative_ratio(graph, node))
        return Bend(zero_point_of(data), zero_point_of(out), positive, negative, *RANGES[out.dtype])


OPERATORS.add(LeakyRelu.name, LeakyRelu())
