"""Finds the nodes that need no code because their tensors can lie inside one another.

A RESHAPE, SQUEEZE or EXPAND_DIMS of an activation is the same bytes under another shape. The results of a SLICE or
SPLIT can stay in its input where they are contiguous there; the producers of the inputs of a CONCATENATION can write
into its result where the inputs are contiguous there.
"""

from __future__ import annotations

from mcu_toolkit.compiler.call import Parts
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import Pieces

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
        kind = OPERATORS[node.op]
        if kind.view:
            self.host[node.outputs[0]] = node.inputs[0]
            if not self.graph.tensors[node.inputs[0]].is_const:
                self.found[number] = Parts(node.inputs[0], ((node.outputs[0], 0),))
            return
        pieces = kind.pieces(self.graph, node)
        if pieces is None:
            return
        parts = self.joined(pieces) if pieces.joined else self.taken(pieces)
        if parts is None or any(offset % self.align for _, offset in parts.parts):
            return
        if not pieces.joined and not self.worth_it(number, node, parts):
            return
        self.found[number] = parts
        self.host.update((tensor, parts.whole) for tensor, _ in parts.parts)

    def root(self, index: int) -> int:
        while index in self.host:
            index = self.host[index]
        return index

    def plain(self, index: int) -> bool:
        """Whether a tensor is an activation that is no part of a variable."""
        tensor = self.graph.tensors[self.root(index)]
        return not tensor.is_const and not tensor.variable and not self.graph.tensors[index].is_const

    def worth_it(self, number: int, node: Node, parts: Parts) -> bool:
        readers = [n for tensor, _ in parts.parts for n in self.consumers.get(tensor, ())]
        outputs = [index for index in node.outputs if index in self.graph.outputs]
        soon = not outputs and max(readers, default=number) - number <= _SOON
        size = sum(self.graph.tensors[tensor].bytes for tensor, _ in parts.parts)
        return soon or size * _SMALL_PIECE >= self.graph.tensors[self.root(parts.whole)].bytes

    def taken(self, pieces: Pieces) -> Parts | None:
        """Outputs that lie in an input: only in an activation."""
        return Parts(pieces.whole, pieces.pieces) if self.plain(pieces.whole) else None

    def joined(self, pieces: Pieces) -> Parts | None:
        """Inputs that lie in the output: only where the producer of each can write elsewhere.

        Each input must have storage of its own, of its own size, and occur once.
        """
        inputs = [index for index, _ in pieces.pieces]
        if not all(self.plain(index) for index in inputs):
            return None
        roots = [self.root(index) for index in inputs]
        if len(set(roots)) != len(roots) or any(
            self.graph.tensors[root].bytes != self.graph.tensors[index].bytes
            for root, index in zip(roots, inputs, strict=True)
        ):
            return None
        offsets = [offset for _, offset in pieces.pieces]
        return Parts(pieces.whole, tuple(zip(roots, offsets, strict=True)))
