"""CUMSUM."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Cumsum as CumsumAttrs
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.add import Sum
from mcu_toolkit.graph.ops.arg_max import axis_of
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    count_reason,
    data_reason,
    first,
    has_absent,
    present,
    tensors_of,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    wrap32,
    zero_point_of,
)

#: Inputs are shifted left by this many bits, then halved.
LEFT_SHIFT = 20


def _last_factor(graph: Graph, node: Node) -> Multiplier:
    data, out = tensors_of(graph, node)
    return quantize_multiplier(min(2 * scale_of(data) / ((1 << LEFT_SHIFT) * scale_of(out)), 2.0**40))


def prepare(graph: Graph, node: Node) -> Sum:
    """The sum of a value and a sum that is scaled already, as that of ADD; `check` has passed."""
    data, out = tensors_of(graph, node)
    half = quantize_multiplier(0.5)
    last = _last_factor(graph, node)
    return Sum(zero_point_of(data), zero_point_of(data), zero_point_of(out), LEFT_SHIFT, half, half, last, 1, -128, 127)


def _read_options(o: Options) -> CumsumAttrs:
    return CumsumAttrs(exclusive=o.flag(0), reverse=o.flag(1))


class Cumsum(Operator):
    """CUMSUM: sums of all elements up to each one along an axis."""

    name = "CUMSUM"
    options = OptionsFormat(102, _read_options)
    forms = "int8, constant axis, exclusive or not, forward or reverse"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, CumsumAttrs):
            return "no attributes"
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = first(data_reason(data, "the input"), data_reason(out, "the output"))
        if reason:
            return reason
        if axis_of(graph, node) is None:
            return "the axis is not constant or out of range"
        if _last_factor(graph, node).shift > 0:
            return "the output's scale is too small a part of the input's"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        assert isinstance(node.attrs, CumsumAttrs)
        p, axis = prepare(graph, node), (axis_of(graph, node) or 0) + 1
        x = present(inputs[0]).astype(np.int64) - p.a_zero_point
        scaled = multiply_by_quantized_multiplier(x << LEFT_SHIFT, p.a.multiplier, p.a.shift)
        scaled = np.flip(scaled, axis) if node.attrs.reverse else scaled
        # The reference starts with what an input of 0 gives, not with the zero point.
        start = multiply_by_quantized_multiplier(
            np.asarray(-p.a_zero_point * (1 << LEFT_SHIFT)), p.a.multiplier, p.a.shift
        )
        total = start + np.cumsum(scaled, axis=axis)
        if node.attrs.exclusive:
            total -= scaled
        total = np.flip(total, axis) if node.attrs.reverse else total
        out = requantize(wrap32(total), p.out.multiplier, p.out.shift, p.out_zero_point, p.act_min, p.act_max)
        return [out.astype(np.int8)]


OPERATORS.add(Cumsum.name, Cumsum())
