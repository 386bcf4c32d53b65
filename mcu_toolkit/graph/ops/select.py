"""SELECT_V2 and SELECT: elements of one of two tensors, as a condition says."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, count_reason, has_absent, present, same_quant
from mcu_toolkit.graph.ops.broadcast import MAX_BROADCAST_RANK
from mcu_toolkit.graph.ops.moves import move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS


class SelectV2(Operator):
    """SELECT_V2."""

    name = "SELECT_V2"
    forms = (
        "a bool condition; int8, int16, int32 or float32 elements of one quantization; all broadcasting up to "
        "5 dimensions"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (3,)) or has_absent(node)
        if reason:
            return reason
        condition, x, y, out = (graph.tensors[index] for index in (*node.inputs, *node.outputs))
        if condition.dtype is not DType.BOOL or condition.elements == 0:
            return f"a condition of {condition.dtype.value}"
        reason = move_reason(out, x, y)
        if reason:
            return reason
        if not (same_quant(x, out) and same_quant(y, out)):
            return "inputs and output differ in quantization; supported: the same"
        try:
            shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
        except ValueError:
            return "shapes that do not broadcast"
        return None if len(shape) <= MAX_BROADCAST_RANK else "too many dimensions"

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (tuple(np.broadcast_shapes(*(graph.tensors[index].shape for index in node.inputs))),)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        rank = len(self.infer(graph, node)[0]) + 1
        condition, x, y = (
            array.reshape(len(array), *(1,) * (rank - array.ndim), *array.shape[1:]) for array in map(present, inputs)
        )
        return [np.asarray(np.where(condition, x, y))]


class Select(SelectV2):
    """SELECT: the condition has the shape of the others."""

    name = "SELECT"
    note = "As SELECT_V2; TensorFlow Lite Micro has SELECT_V2 only."


OPERATORS.add(SelectV2.name, SelectV2())
OPERATORS.add(Select.name, Select())
