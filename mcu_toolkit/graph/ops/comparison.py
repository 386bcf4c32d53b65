"""EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, count_reason, data_reason, first, has_absent
from mcu_toolkit.graph.ops.broadcast import MAX_BROADCAST_RANK, aligned, broadcast_shape, pair_shape
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    scale_of,
    zero_point_of,
)

#: int8 inputs are shifted left by this many bits before they are scaled.
LEFT_SHIFT = 8


@dataclass(frozen=True)
class Scaled:
    """An int8 input of a comparison: ``((x - zero_point) << LEFT_SHIFT) * factor``."""

    zero_point: int
    factor: Multiplier

    def __call__(self, x: Array) -> Int64:
        shifted = (x.astype(np.int64) - self.zero_point) << LEFT_SHIFT
        return multiply_by_quantized_multiplier(shifted, self.factor.multiplier, self.factor.shift)


def scaled_inputs(graph: Graph, node: Node) -> tuple[Scaled, Scaled]:
    """The scaling of both int8 inputs; `check` has passed."""
    a, b = (graph.tensors[index] for index in node.inputs)
    return (
        Scaled(zero_point_of(a), quantize_multiplier(scale_of(a))),
        Scaled(zero_point_of(b), quantize_multiplier(scale_of(b))),
    )


class Comparison(Operator):
    """Base of the six."""

    forms = "int8 with scales below 1, or int32, to bool; broadcasting up to 5 dimensions"
    #: The comparison of two arrays that broadcast.
    compare: ClassVar[np.ufunc]

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        a, b, out = (graph.tensors[index] for index in (*node.inputs, *node.outputs))
        if a.dtype is not DType.INT32:
            reason = data_reason(a, "the first input") or data_reason(b, "the second input")
            # A factor of one and more is outside the reference's arithmetic.
            if reason is None and max(scale_of(a), scale_of(b)) >= 1:
                reason = "a scale of 1 and more"
        elif a.elements == 0 or b.elements == 0:
            reason = "an empty tensor"
        return first(
            reason,
            None if a.dtype is b.dtype and out.dtype is DType.BOOL else f"from {b.dtype.value} to {out.dtype.value}",
            None if broadcast_shape(a.shape, b.shape) is not None else "shapes that do not broadcast",
            None if max(len(a.shape), len(b.shape)) <= MAX_BROADCAST_RANK else "too many dimensions",
        )

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        a, b = aligned(inputs)
        if graph.tensors[node.inputs[0]].dtype is DType.INT8:
            first_scaled, second_scaled = scaled_inputs(graph, node)
            a, b = first_scaled(a), second_scaled(b)
        return [np.asarray(type(self).compare(a, b), np.bool_)]


class Equal(Comparison):
    """EQUAL."""

    name = "EQUAL"
    compare = np.equal


class NotEqual(Comparison):
    """NOT_EQUAL."""

    name = "NOT_EQUAL"
    compare = np.not_equal


class Less(Comparison):
    """LESS."""

    name = "LESS"
    compare = np.less


class LessEqual(Comparison):
    """LESS_EQUAL."""

    name = "LESS_EQUAL"
    compare = np.less_equal


class Greater(Comparison):
    """GREATER."""

    name = "GREATER"
    compare = np.greater


class GreaterEqual(Comparison):
    """GREATER_EQUAL."""

    name = "GREATER_EQUAL"
    compare = np.greater_equal


for _kind in (Equal(), NotEqual(), Less(), LessEqual(), Greater(), GreaterEqual()):
    OPERATORS.add(_kind.name, _kind)
