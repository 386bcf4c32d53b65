"""LEAKY_RELU."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import LeakyRelu as LeakyReluAttrs
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import shift_reason, tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.relu import ratio
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    scale_of,
    wrap32,
    zero_point_of,
)


def _negative_ratio(graph: Graph, node: Node) -> float:
    """``input scale * alpha / output scale`` in float32, step by step."""
    assert isinstance(node.attrs, LeakyReluAttrs)
    data, out = tensors_of(graph, node)
    with np.errstate(over="ignore", under="ignore"):
        return float(np.float32(scale_of(data)) * np.float32(node.attrs.alpha) / np.float32(scale_of(out)))


def _read_options(o: Options) -> LeakyReluAttrs:
    return LeakyReluAttrs(alpha=o.finite(0))


class LeakyRelu(Lookup):
    """LEAKY_RELU."""

    name = "LEAKY_RELU"
    options = OptionsFormat(75, _read_options)
    forms = "int8 to int8, any quantization, alpha >= 0"

    def limits(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, LeakyReluAttrs):
            return "no attributes"
        if node.attrs.alpha < 0:
            return f"alpha {node.attrs.alpha:g}; supported: alpha >= 0"
        return shift_reason(ratio(graph, node)) or shift_reason(_negative_ratio(graph, node))

    def table(self, graph: Graph, node: Node) -> Table:
        data, out = tensors_of(graph, node)
        x = ALL_INT8 - zero_point_of(data)

        def scaled(factor: Multiplier) -> np.ndarray:
            return wrap32(multiply_by_quantized_multiplier(x, factor.multiplier, factor.shift) + zero_point_of(out))

        positive = scaled(quantize_multiplier(ratio(graph, node)))
        negative = scaled(quantize_multiplier(_negative_ratio(graph, node)))
        return np.clip(np.where(x >= 0, positive, negative), -128, 127).astype(np.int8)


OPERATORS.add(LeakyRelu.name, LeakyRelu())
