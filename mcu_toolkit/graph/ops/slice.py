"""SLICE."""

from __future__ import annotations

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    const_ints,
    count_reason,
    has_absent,
    present,
    tensors_of,
)
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, move_reason

#: (start, stop, step) of each dimension; stop is one step past the last element, -1 when counting down to the first.
Ranges = tuple[tuple[int, int, int], ...]


def ranges(graph: Graph, node: Node) -> Ranges | None:
    """What each dimension keeps; None where begin or size are not constant or out of range."""
    begin, size = const_ints(graph, node, 1), const_ints(graph, node, 2)
    shape = graph.tensors[node.inputs[0]].shape
    if begin is None or size is None or not len(begin) == len(size) == len(shape):
        return None
    kept = []
    for first, count, dim in zip(begin, size, shape, strict=True):
        stop = dim if count == -1 else first + count
        if not 0 <= first < stop <= dim:
            return None
        kept.append((first, stop, 1))
    return tuple(kept)


class Slice(Operator):
    """SLICE."""

    name = "SLICE"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant begin and size"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (3,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        return "begin and size are not constant or leave the input" if ranges(graph, node) is None else None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (tuple(stop - start for start, stop, _ in ranges(graph, node) or ()),)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        cut = (slice(None), *(slice(start, stop) for start, stop, _ in ranges(graph, node) or ()))
        return [present(inputs[0])[cut]]
