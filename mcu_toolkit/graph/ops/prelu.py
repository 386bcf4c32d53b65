"""PRELU."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, shift_reason
from mcu_toolkit.graph.ops.broadcast import aligned, pair_reason, pair_shape
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    scale_of,
    wrap32,
    zero_point_of,
)


@dataclass(frozen=True)
class PreluParams:
    """A prepared PRELU: ``x >= 0 ? x * identity : x * (alpha - alpha_zero_point) * slope``, plus the zero point."""

    in_zero_point: int
    alpha_zero_point: int
    out_zero_point: int
    identity: Multiplier
    slope: Multiplier


def _reals(graph: Graph, node: Node) -> tuple[float, float]:
    data, alpha, out = (scale_of(graph.tensors[i]) for i in (*node.inputs, *node.outputs))
    return data / out, data * alpha / out


def prepare(graph: Graph, node: Node) -> PreluParams:
    """Factors; `check` has passed."""
    identity, slope = (quantize_multiplier(real) for real in _reals(graph, node))
    data, alpha, out = (zero_point_of(graph.tensors[i]) for i in (*node.inputs, *node.outputs))
    return PreluParams(data, alpha, out, identity, slope)


class Prelu(Operator):
    """PRELU."""

    name = "PRELU"
    elementwise = 2
    forms = "int8, alpha int8 that broadcasts to the input, up to 5 dimensions"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = pair_reason(graph, node)
        if reason:
            return reason
        if pair_shape(graph, node)[0] != graph.tensors[node.inputs[0]].shape:
            return "alpha does not broadcast to the input"
        return next((r for r in map(shift_reason, _reals(graph, node)) if r), None)

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        data, alpha = aligned(inputs)
        x = data.astype(np.int64) - p.in_zero_point
        product = x * (alpha.astype(np.int64) - p.alpha_zero_point)
        positive = multiply_by_quantized_multiplier(x, p.identity.multiplier, p.identity.shift)
        negative = multiply_by_quantized_multiplier(product, p.slope.multiplier, p.slope.shift)
        out = wrap32(np.where(x >= 0, positive, negative) + p.out_zero_point)
        return [np.clip(out, -128, 127).astype(np.int8)]


OPERATORS.add(Prelu.name, Prelu())
