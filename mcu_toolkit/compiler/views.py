"""Finds the nodes that need no code because their tensors can lie inside one another.

A RESHAPE, SQUEEZE or EXPAND_DIMS of an activation is the same bytes under another shape. The results of a SLICE or
SPLIT can stay in its input where they are contiguous there; the producers of the inputs of a CONCATENATION can write
into its result where the inputs are contiguous there.
"""

from __future__ import annotations

import math

from mcu_toolkit.compiler.call import Parts
from mcu_toolkit.compiler.passes.identity import RESHAPES
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import concatenation, split
from mcu_toolkit.graph.ops import slice as slice_op

#: A piece smaller than this share of its whole is copied, unless it is read soon: it would keep the whole alive.
_SMALL_PIECE = 4
_SOON = 12


def find_views(graph: Graph, align: int) -> dict[int, Parts]:
    """The nodes that become views, by node number. Each piece starts at a multiple of `align` bytes."""
    finder = _Finder(graph, align)
    for number, node in enumerate(graph.nodes):
        finder.visit(number, node)
    return finder.found


class _Finder:
    def __init__(self, graph: Graph, align: int) -> None:
        self.graph = graph
        self.align = align
        self.found: dict[int, Parts] = {}
        self.consumers = graph.consumers()
        self.host: dict[int, int] = {}  # tensor -> tensor that its bytes lie in

    def visit(self, number: int, node: Node) -> None:
        if node.op in RESHAPES:
            self.host[node.outputs[0]] = node.inputs[0]
            if not self.graph.tensors[node.inputs[0]].is_const:
                self.found[number] = Parts(node.inputs[0], ((node.outputs[0], 0),))
            return
        if node.op == "SLICE":
            parts = self.slice(node)
        elif node.op == "SPLIT":
            parts = self.split(node)
        elif node.op == "CONCATENATION":
            parts = self.concatenation(node)
        else:
            return
        if parts is None or any(offset % self.align for _, offset in parts.parts):
            return
        if node.op != "CONCATENATION" and not self.worth_it(number, node, parts):
            return
        self.found[number] = parts
        self.host.update((tensor, parts.whole) for tensor, _ in parts.parts)

    def root(self, index: int) -> int:
        while index in self.host:
            index = self.host[index]
        return index

    def plain(self, index: int) -> bool:
        """Whether a tensor is an activation, and not part of a variable."""
        tensor = self.graph.tensors[self.root(index)]
        return not tensor.is_const and not tensor.variable and not self.graph.tensors[index].is_const

    def worth_it(self, number: int, node: Node, parts: Parts) -> bool:
        readers = [n for tensor, _ in parts.parts for n in self.consumers.get(tensor, ())]
        outputs = [index for index in node.outputs if index in self.graph.outputs]
        soon = not outputs and max(readers, default=number) - number <= _SOON
        size = sum(self.graph.tensors[tensor].bytes for tensor, _ in parts.parts)
        return soon or size * _SMALL_PIECE >= self.graph.tensors[self.root(parts.whole)].bytes

    def slice(self, node: Node) -> Parts | None:
        source = node.inputs[0]
        kept = slice_op.ranges(self.graph, node)
        shape = self.graph.tensors[source].shape
        if kept is None or not self.plain(source):
            return None
        cut = [axis for axis, (start, stop, _) in enumerate(kept) if (start, stop) != (0, shape[axis])]
        if cut and (math.prod(stop - start for start, stop, _ in kept[: cut[-1]]) != 1):
            return None
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        start = sum(first * stride for (first, _, _), stride in zip(kept, strides, strict=True))
        return Parts(source, ((node.outputs[0], start * self.graph.tensors[source].dtype.bytes),))

    def split(self, node: Node) -> Parts | None:
        source, axis = node.inputs[1], split.axis_of(self.graph, node)
        if axis is None or not self.plain(source) or math.prod(self.graph.tensors[source].shape[:axis]) != 1:
            return None
        return Parts(source, self.in_a_row(node.outputs))

    def concatenation(self, node: Node) -> Parts | None:
        """Only where each input is stored for itself and once: its producer can be told to write elsewhere."""
        axis, whole = concatenation.axis_of(self.graph, node), node.outputs[0]
        if math.prod(self.graph.tensors[whole].shape[:axis]) != 1 or not all(self.plain(i) for i in node.inputs):
            return None
        roots = [self.root(index) for index in node.inputs]
        if len(set(roots)) != len(roots) or any(
            self.graph.tensors[root].bytes != self.graph.tensors[index].bytes
            for root, index in zip(roots, node.inputs, strict=True)
        ):
            return None
        offsets = [offset for _, offset in self.in_a_row(node.inputs)]
        return Parts(whole, tuple(zip(roots, offsets, strict=True)))

    def in_a_row(self, tensors: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """The tensors with the offsets that they have one after another."""
        placed, at = [], 0
        for index in tensors:
            placed.append((index, at))
            at += self.graph.tensors[index].bytes
        return tuple(placed)
