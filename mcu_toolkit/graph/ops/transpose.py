"""TRANSPOSE."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Shape,
    const_ints,
    count_reason,
    has_absent,
    tensors_of,
)
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS


def permutation(graph: Graph, node: Node) -> tuple[int, ...] | None:
    """Axis of the input for each axis of the output; None where it is not a constant permutation."""
    values = const_ints(graph, node, 1)
    rank = len(graph.tensors[node.inputs[0]].shape)
    if values is None or sorted(values) != list(range(rank)):
        return None
    return values


class Transpose(Mover):
    """TRANSPOSE."""

    name = "TRANSPOSE"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant permutation"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (2,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        if permutation(graph, node) is None:
            return "the permutation is not constant, or does not have each dimension once"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape = graph.tensors[node.inputs[0]].shape
        return (tuple(shape[axis] for axis in permutation(graph, node) or ()),)

    def identity_input(self, graph: Graph, node: Node) -> int | None:
        axes = permutation(graph, node) or ()
        return 0 if list(axes) == sorted(axes) else None

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        axes = permutation(graph, node) or ()
        return [np.transpose(x, (0, *(a + 1 for a in axes)))]


OPERATORS.add(Transpose.name, Transpose())
