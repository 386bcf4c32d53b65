"""SLICE."""

from __future__ import annotations

from math import prod

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Pieces,
    Shape,
    const_ints,
    count_reason,
    has_absent,
    tensors_of,
)
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Mover, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS

#: (start, stop, step) of each dimension; stop is one step past the last element, -1 when counting down to the first.
Ranges = tuple[tuple[int, int, int], ...]


def ranges(graph: Graph, node: Node) -> Ranges | None:
    """The kept range of each dimension; None where begin or size are not constant or out of range."""
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


class Slice(Mover):
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

    def identity_input(self, graph: Graph, node: Node) -> int:
        return 0

    def pieces(self, graph: Graph, node: Node) -> Pieces | None:
        source, kept = graph.tensors[node.inputs[0]], ranges(graph, node) or ()
        shape = source.shape
        cut = [axis for axis, (start, stop, _) in enumerate(kept) if (start, stop) != (0, shape[axis])]
        if cut and prod(stop - start for start, stop, _ in kept[: cut[-1]]) != 1:
            return None
        first = sum(start * prod(shape[axis + 1 :]) for axis, (start, _, _) in enumerate(kept))
        return Pieces(node.inputs[0], ((node.outputs[0], first * source.dtype.bytes),))

    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        cut = (slice(None), *(slice(start, stop) for start, stop, _ in ranges(graph, node) or ()))
        return [x[cut]]


OPERATORS.add(Slice.name, Slice())
