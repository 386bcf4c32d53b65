"""SPLIT."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, const_ints, has_absent, present
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, move_reason


def axis_of(graph: Graph, node: Node) -> int | None:
    """The axis that is cut, counted from the front; None where it is not constant or out of range."""
    values = const_ints(graph, node, 0)
    rank = len(graph.tensors[node.inputs[1]].shape)
    if values is None or len(values) != 1 or not -rank <= values[0] < rank:
        return None
    return values[0] % rank


class Split(Operator):
    """SPLIT: equal parts along one axis. The data is the second input."""

    name = "SPLIT"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant axis, equal parts"

    def check(self, graph: Graph, node: Node) -> str | None:
        if len(node.inputs) != 2 or not node.outputs:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected 2 inputs and some outputs"
        reason = has_absent(node)
        if reason:
            return reason
        data = graph.tensors[node.inputs[1]]
        reason = move_reason(data, *(graph.tensors[i] for i in node.outputs))
        if reason:
            return reason
        axis = axis_of(graph, node)
        if axis is None:
            return "the axis is not constant or out of range"
        if data.shape[axis] % len(node.outputs):
            return f"{data.shape[axis]} elements along axis {axis} do not divide into {len(node.outputs)} parts"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape, axis = graph.tensors[node.inputs[1]].shape, axis_of(graph, node) or 0
        part = (*shape[:axis], shape[axis] // len(node.outputs), *shape[axis + 1 :])
        return (part,) * len(node.outputs)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        axis = axis_of(graph, node) or 0
        return list(np.split(present(inputs[1]), len(node.outputs), axis=axis + 1))
