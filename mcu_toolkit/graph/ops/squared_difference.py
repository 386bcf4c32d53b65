"""SQUARED_DIFFERENCE."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.add import Sum
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, shift_reason
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE, aligned, pair_reason, pair_shape
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    RANGES,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    wrap32,
    zero_point_of,
)

#: Both inputs are shifted left by this many bits, by their type: the square then fits int32.
_LEFT_SHIFT = {DType.INT8: 7, DType.INT16: 0}


def _last_factor(graph: Graph, node: Node) -> float:
    a, b, out = (graph.tensors[index] for index in (*node.inputs[:2], node.outputs[0]))
    twice = 2 * max(scale_of(a), scale_of(b))
    return twice * twice / ((1 << 2 * _LEFT_SHIFT[out.dtype]) * scale_of(out))


def prepare(graph: Graph, node: Node) -> Sum:
    """The difference as that of SUB, before it is squared; `check` has passed."""
    a, b, out = (graph.tensors[index] for index in (*node.inputs[:2], node.outputs[0]))
    twice = 2 * max(scale_of(a), scale_of(b))
    low, high = RANGES[out.dtype]
    return Sum(
        a_zero_point=zero_point_of(a),
        b_zero_point=zero_point_of(b),
        out_zero_point=zero_point_of(out),
        left_shift=_LEFT_SHIFT[out.dtype],
        a=quantize_multiplier(scale_of(a) / twice),
        b=quantize_multiplier(scale_of(b) / twice),
        out=quantize_multiplier(_last_factor(graph, node)),
        sign=-1,
        act_min=low,
        act_max=high,
    )


class SquaredDifference(Operator):
    """SQUARED_DIFFERENCE."""

    name = "SQUARED_DIFFERENCE"
    elementwise = 2
    forms = "int8, or int16 with zero point 0, broadcasting up to 5 dimensions, either input may be constant"

    def check(self, graph: Graph, node: Node) -> str | None:
        return pair_reason(graph, node, NARROW_AND_WIDE) or shift_reason(_last_factor(graph, node))

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        a, b = (x.astype(np.int64) for x in aligned(inputs))
        first = multiply_by_quantized_multiplier((a - p.a_zero_point) << p.left_shift, p.a.multiplier, p.a.shift)
        second = multiply_by_quantized_multiplier((b - p.b_zero_point) << p.left_shift, p.b.multiplier, p.b.shift)
        square = wrap32((first - second) ** 2)
        out = requantize(square, p.out.multiplier, p.out.shift, p.out_zero_point, p.act_min, p.act_max)
        return [out.astype(graph.tensors[node.outputs[0]].dtype.numpy)]


OPERATORS.add(SquaredDifference.name, SquaredDifference())
