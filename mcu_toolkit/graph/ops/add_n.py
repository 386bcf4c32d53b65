"""ADD_N."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.add import Sum
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, data_reason, has_absent, present, same_quant, tensors_of
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    wrap32,
    zero_point_of,
)

LEFT_SHIFT = 20
#: Terms whose sum fits int32.
MAX_TERMS = 8


def _last_factor(graph: Graph, node: Node) -> Multiplier:
    data, out = tensors_of(graph, node)
    return quantize_multiplier(min(2 * scale_of(data) / ((1 << LEFT_SHIFT) * scale_of(out)), 2.0**40))


def prepare(graph: Graph, node: Node) -> Sum:
    """Each term is scaled as those of ADD; `check` has passed."""
    data, out = tensors_of(graph, node)
    half, zero = quantize_multiplier(0.5), zero_point_of(data)
    return Sum(zero, zero, zero_point_of(out), LEFT_SHIFT, half, half, _last_factor(graph, node), 1, -128, 127)


class AddN(Operator):
    """ADD_N."""

    name = "ADD_N"
    forms = f"int8, 2 to {MAX_TERMS} inputs of one shape and quantization"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not 2 <= len(node.inputs) <= MAX_TERMS or len(node.outputs) != 1:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs"
        reason = has_absent(node)
        if reason:
            return reason
        out, *inputs = (graph.tensors[index] for index in (*node.outputs, *node.inputs))
        for tensor in (out, *inputs):
            reason = data_reason(tensor, "a tensor")
            if reason:
                return reason
        if any(t.shape != inputs[0].shape or not same_quant(t, inputs[0]) for t in inputs):
            return "inputs that differ in shape or quantization"
        if _last_factor(graph, node).shift > 0:
            return "the output's scale is too small a part of the inputs'"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)

        def scaled(x: Array) -> Int64:
            shifted = (x.astype(np.int64) - p.a_zero_point) << LEFT_SHIFT
            return multiply_by_quantized_multiplier(shifted, p.a.multiplier, p.a.shift)

        # The reference starts with what an input of 0 gives, not with the zero point.
        total = scaled(np.zeros((1,) * (len(graph.tensors[node.inputs[0]].shape) + 1), np.int64))
        for array in map(present, inputs):
            total = total + scaled(array)
        out = requantize(wrap32(total), p.out.multiplier, p.out.shift, p.out_zero_point, p.act_min, p.act_max)
        return [out.astype(np.int8)]


OPERATORS.add(AddN.name, AddN())
