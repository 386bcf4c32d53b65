"""LOG_SOFTMAX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.fixedpoint import exp_on_negative_values, log_of_at_least_one
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops import scores
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
from mcu_toolkit.graph.ops.softmax import DIFF_BITS, MAX_DEPTH, SUM_BITS, scaling
from mcu_toolkit.graph.requantize import (
    INT32_MIN,
    Int64,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    scale_of,
    zero_point_of,
)

#: Integer bits of the result (Q4).
OUT_BITS = 4


@dataclass(frozen=True)
class LogSoftmaxParams:
    """A prepared LOG_SOFTMAX.

    Attributes:
        rows, depth: the last dimension is the depth.
        factor: brings a difference of inputs to Q5.26.
        back: brings Q5.26 back to a difference of inputs.
        diff_min: differences below it are not added to the sum.
    """

    rows: int
    depth: int
    factor: Multiplier
    back: Multiplier
    diff_min: int

    def scaled(self) -> Int64:
        """The differences 0, -1 … -255 in Q5.26, those below `diff_min` as `diff_min`. int64 [256]."""
        diff = np.maximum(-np.arange(256, dtype=np.int64), self.diff_min)
        return multiply_by_quantized_multiplier(diff, self.factor.multiplier, self.factor.shift)

    def exponentials(self) -> Int64:
        """exp of the differences 0, -1 … -255 in Q12.19, 0 below `diff_min`. int64 [256]."""
        exps = rounding_divide_by_pot(exp_on_negative_values(self.scaled(), DIFF_BITS), SUM_BITS)
        return np.where(-np.arange(256) >= self.diff_min, exps, 0)


def prepare(graph: Graph, node: Node) -> LogSoftmaxParams:
    """Scaling of the differences; `check` has passed."""
    data, _ = tensors_of(graph, node)
    depth = data.shape[-1]
    multiplier, left_shift, diff_min = scaling(1.0, scale_of(data))
    back = quantize_multiplier(float(1 << (31 - left_shift)) / multiplier)
    return LogSoftmaxParams(data.elements // depth, depth, Multiplier(multiplier, left_shift), back, diff_min)


class LogSoftmax(Operator):
    """LOG_SOFTMAX over the last dimension."""

    name = "LOG_SOFTMAX"
    forms = f"int8 to int8 with scale 1/16 and zero point 127, over the last dimension of at most 4095; {scores.FORM}"
    note = scores.NOTE

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        if scores.is_float(graph, node):
            return scores.float_reason(graph, node)
        data, out = tensors_of(graph, node)
        reason = first(data_reason(data, "the input"), data_reason(out, "the output"))
        if reason:
            return reason
        if scale_of(out) != 1 / 16 or zero_point_of(out) != 127:
            return "the output's quantization; supported: scale 1/16 and zero point 127"
        if not data.shape or data.shape[-1] > MAX_DEPTH:
            return f"input {list(data.shape)}; supported: a last dimension of at most {MAX_DEPTH}"
        if not scale_of(data) * float(1 << (31 - DIFF_BITS)) > 1:
            return f"an input scale of {scale_of(data):g}; supported: above 2^-26"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        if scores.is_float(graph, node):
            return [scores.log_softmax(present(inputs[0]).astype(np.float32, copy=False))]
        p = prepare(graph, node)
        x = present(inputs[0]).astype(np.int64)
        below = x.max(axis=-1, keepdims=True) - x
        log_sum = log_of_at_least_one(p.exponentials()[below].sum(axis=-1, keepdims=True), SUM_BITS, DIFF_BITS)
        least = multiply_by_quantized_multiplier(log_sum + INT32_MIN, p.back.multiplier, p.back.shift)
        difference = p.scaled()[below] - log_sum
        raw = rounding_divide_by_pot(difference, 31 - DIFF_BITS - OUT_BITS) + 127
        kept = -below > np.maximum(p.diff_min - 1, least)
        return [np.where(kept, np.clip(raw, -128, 127), -128).astype(np.int8)]


OPERATORS.add(LogSoftmax.name, LogSoftmax())
