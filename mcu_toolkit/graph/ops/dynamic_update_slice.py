"""DYNAMIC_UPDATE_SLICE with constant start indices: a part of a tensor is replaced."""

from __future__ import annotations

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Shape, const_ints, count_reason, has_absent
from mcu_toolkit.graph.ops.moves import MOVABLE_NAMES, Joiner, move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS


class DynamicUpdateSlice(Joiner):
    """DYNAMIC_UPDATE_SLICE: the first input, with the second put over it. Starts are limited so that it fits."""

    name = "DYNAMIC_UPDATE_SLICE"
    forms = f"{MOVABLE_NAMES}, up to 5 dimensions, constant start indices"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (3,)) or has_absent(node)
        if reason:
            return reason
        data, update = graph.tensors[node.inputs[0]], graph.tensors[node.inputs[1]]
        reason = move_reason(graph.tensors[node.outputs[0]], data, update)
        if reason:
            return reason
        start = const_ints(graph, node, 2)
        if start is None or not len(start) == len(data.shape) == len(update.shape):
            return "the start indices are not one constant integer per dimension"
        if any(part > size for part, size in zip(update.shape, data.shape, strict=True)):
            return f"an update {list(update.shape)} of an input {list(data.shape)}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def parts(self, graph: Graph, node: Node, whole: Array) -> list[Array]:
        shape, update = graph.tensors[node.inputs[0]].shape, graph.tensors[node.inputs[1]].shape
        cut = []
        for start, size, part in zip(const_ints(graph, node, 2) or (), shape, update, strict=True):
            first = min(max(start, 0), size - part)
            cut.append(slice(first, first + part))
        place = (slice(None), *cut)
        return [whole, whole[place]]


OPERATORS.add(DynamicUpdateSlice.name, DynamicUpdateSlice())
