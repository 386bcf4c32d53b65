"""LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, count_reason, has_absent, present
from mcu_toolkit.graph.ops.broadcast import MAX_BROADCAST_RANK, aligned, broadcast_shape
from mcu_toolkit.graph.ops.registry import OPERATORS


class Logical(Operator):
    """Base of the three."""

    forms = "bool, broadcasting up to 5 dimensions"
    inputs = 2

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (self.inputs,)) or has_absent(node)
        if reason:
            return reason
        tensors = [graph.tensors[index] for index in (*node.inputs, *node.outputs)]
        if any(tensor.dtype is not DType.BOOL or tensor.elements == 0 for tensor in tensors):
            return "a tensor that is not bool, or is empty"
        shape = broadcast_shape(tensors[0].shape, tensors[self.inputs - 1].shape)
        return None if shape is not None and len(shape) <= MAX_BROADCAST_RANK else "shapes that do not broadcast"

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape = broadcast_shape(graph.tensors[node.inputs[0]].shape, graph.tensors[node.inputs[-1]].shape)
        assert shape is not None
        return (shape,)


class LogicalAnd(Logical):
    """LOGICAL_AND."""

    name = "LOGICAL_AND"

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [np.asarray(np.logical_and(*aligned(inputs)))]


class LogicalOr(Logical):
    """LOGICAL_OR."""

    name = "LOGICAL_OR"

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [np.asarray(np.logical_or(*aligned(inputs)))]


class LogicalNot(Logical):
    """LOGICAL_NOT."""

    name = "LOGICAL_NOT"
    inputs = 1

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [np.asarray(np.logical_not(present(inputs[0])))]


for _kind in (LogicalAnd(), LogicalOr(), LogicalNot()):
    OPERATORS.add(_kind.name, _kind)
