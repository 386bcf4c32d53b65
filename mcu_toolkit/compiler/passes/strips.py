"""Runs a region of the graph strip by strip (patch-based inference by rows), which needs less RAM.

A region has one activation at its entry and one at its exit. The rows of the exit are split into strips; each strip is
computed from the rows of the entry that it needs, so that only one strip of each activation in between is live. Rows
that two strips need are computed twice: RAM is saved at the cost of instructions. The result is a graph of SLICE, the
operators with explicit padding, and CONCATENATION; the slices and the concatenation are views without code.

This rewrite does not always help, so it is not registered: `mcu_toolkit.compiler.lean` tries it for the least RAM.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mcu_toolkit.compiler.passes.edit import is_stateful
from mcu_toolkit.graph.attrs import Attrs, Padding, Window
from mcu_toolkit.graph.attrs import Concatenation as ConcatenationAttrs
from mcu_toolkit.graph.ir import DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.concatenation import Concatenation
from mcu_toolkit.graph.ops.slice import Slice

#: Rows first .. end - 1 of an image.
Rows = tuple[int, int]


@dataclass(frozen=True)
class Region:
    """Nodes first .. last of a graph with one activation as input and one as output.

    Attributes:
        first, last: node numbers, both included.
        entry: the only activation from outside that the nodes read.
        exit: the only activation of theirs that is read outside.
    """

    first: int
    last: int
    entry: int
    exit: int


def regions(graph: Graph, longest: int) -> Iterator[Region]:
    """Every region of two to `longest` nodes that can run strip by strip."""
    consumers = graph.consumers()
    for first in range(len(graph.nodes)):
        entries: set[int] = set()
        written: set[int] = set()
        for last in range(first, min(first + longest, len(graph.nodes))):
            node = graph.nodes[last]
            if not _is_splittable(graph, node):
                break
            entries |= {i for i, t in graph.used_inputs(node) if not t.is_const and i not in written}
            written |= set(node.outputs)
            if len(entries) != 1:
                break
            leaving = [
                index for index in written if index in graph.outputs or any(n > last for n in consumers.get(index, ()))
            ]
            if last > first and leaving == [node.outputs[0]]:
                yield Region(first, last, next(iter(entries)), leaving[0])


def _is_splittable(graph: Graph, node: Node) -> bool:
    """Whether some rows of a node's output can be computed from the rows behind them by the same operator."""
    if is_stateful(graph, node) or len(node.outputs) != 1:
        return False
    out = graph.tensors[node.outputs[0]]
    activations = [t for _, t in graph.used_inputs(node) if not t.is_const]
    if any(t.dtype is not DType.INT8 or len(t.shape) != 4 or t.shape[0] != 1 for t in (out, *activations)):
        return False
    kind = OPERATORS[node.op]
    g = kind.window(graph, node)
    if g is not None:
        return kind.explicit_padding or not (g.pad_top or g.pad_left or g.pad_bottom or g.pad_right)
    constants = [t for _, t in graph.used_inputs(node) if t.is_const]
    return (
        kind.elementwise > 0
        and all(t.shape == out.shape for t in activations)
        and all(len(t.shape) < 3 or t.shape[-3] == 1 for t in constants)
    )


def split(graph: Graph, region: Region, count: int, align: int) -> Graph | None:
    """The graph with a region run in `count` strips.

    Args:
        graph: verified.
        region: from `regions`.
        count: strips, at least 2.
        align: alignment in bytes that a strip's address needs.

    Returns:
        None where the rows cannot be split at aligned addresses.
    """
    cuts = _cuts(graph.tensors[region.exit], count, align)
    if cuts is None:
        return None
    splitter = _Splitter(graph, region, align)
    parts = []
    for rows in itertools.pairwise(cuts):
        part = splitter.strip(rows)
        if part is None:
            return None
        parts.append(part)
    last = graph.nodes[region.last]
    joined = Node(Concatenation.name, tuple(parts), (region.exit,), ConcatenationAttrs(axis=1), last.source)
    nodes = (*graph.nodes[: region.first], *splitter.nodes, joined, *graph.nodes[region.last + 1 :])
    return replace(graph, tensors=tuple(splitter.tensors), nodes=nodes)


def _cuts(exit_tensor: Tensor, count: int, align: int) -> list[int] | None:
    """First row of each strip, at an aligned address, and the height; None where that gives fewer strips."""
    height, row = exit_tensor.shape[1], math.prod(exit_tensor.shape[2:])
    unit = align // math.gcd(align, row)
    cuts = sorted({height * number // count // unit * unit for number in range(count)} | {0})
    return [*cuts, height] if len(cuts) == count else None


class _Splitter:
    """Writes the nodes of the strips."""

    def __init__(self, graph: Graph, region: Region, align: int) -> None:
        self.graph, self.region, self.align = graph, region, align
        self.tensors = list(graph.tensors)
        self.nodes: list[Node] = []
        self.inner = graph.nodes[region.first : region.last + 1]

    def strip(self, rows: Rows) -> int | None:
        """Compute some rows of the exit; the tensor that holds them, or None where a slice would not be aligned."""
        needed = self.needed(rows)
        if needed is None:
            return None
        held: dict[int, int] = {}
        for node in self.inner:
            out = node.outputs[0]
            wanted = needed[out]
            made = self.node(node, wanted, needed, held)
            if made is None:
                return None
            held[out] = made
        return held[self.region.exit]

    def needed(self, rows: Rows) -> dict[int, Rows] | None:
        """Rows of each tensor of the region and of its entry that some rows of the exit depend on; None where empty."""
        found = {self.region.exit: rows}
        for node in reversed(self.inner):
            below = found.get(node.outputs[0])
            if below is None:
                return None
            reads = _reads(self.graph, node, below)[0]
            if reads[0] >= reads[1]:
                return None
            for index, tensor in self.graph.used_inputs(node):
                if not tensor.is_const:
                    low, high = found.get(index, reads)
                    found[index] = (min(low, reads[0]), max(high, reads[1]))
        return found

    def node(self, node: Node, rows: Rows, needed: dict[int, Rows], held: dict[int, int]) -> int | None:
        """Add one node for some rows of its output; its output tensor, or None where a slice would not be aligned."""
        reads, attrs = _reads(self.graph, node, rows)
        inputs = []
        for index in node.inputs:
            if index < 0 or self.graph.tensors[index].is_const:
                inputs.append(index)
                continue
            if index == self.region.entry:
                piece = self.piece(index, (0, self.graph.tensors[index].shape[1]), reads, node.source)
            else:
                piece = self.piece(held[index], needed[index], reads, node.source)
            if piece is None:
                return None
            inputs.append(piece)
        out = self.rows_of(node.outputs[0], rows)
        self.nodes.append(replace(node, inputs=tuple(inputs), outputs=(out,), attrs=attrs))
        return out

    def rows_of(self, index: int, rows: Rows) -> int:
        """A new tensor for some rows of another."""
        tensor = self.tensors[index]
        shape = (1, rows[1] - rows[0], *tensor.shape[2:])
        self.tensors.append(replace(tensor, name=f"{tensor.name} {rows[0]}:{rows[1]}", shape=shape))
        return len(self.tensors) - 1

    def piece(self, held: int, has: Rows, wanted: Rows, source: int) -> int | None:
        """The wanted rows of a tensor that holds the rows `has`; a SLICE unless they are all of it."""
        if has == wanted:
            return held
        tensor = self.tensors[held]
        if (wanted[0] - has[0]) * math.prod(tensor.shape[2:]) % self.align:
            return None
        begin = np.array([0, wanted[0] - has[0], 0, 0], np.int32)
        size = np.array([1, wanted[1] - wanted[0], *tensor.shape[2:]], np.int32)
        constants = []
        for name, data in (("begin", begin), ("size", size)):
            self.tensors.append(Tensor(name, data.shape, DType.INT32, None, data))
            constants.append(len(self.tensors) - 1)
        out = self.rows_of(held, (wanted[0] - has[0], wanted[1] - has[0]))
        self.nodes.append(Node(Slice.name, (held, *constants), (out,), Attrs(), source))
        return out


def _reads(graph: Graph, node: Node, rows: Rows) -> tuple[Rows, Attrs]:
    """The input rows behind some output rows, and the node's attributes for just those."""
    kind, attrs = OPERATORS[node.op], node.attrs
    g = kind.window(graph, node)
    if g is None or not isinstance(attrs, Window):
        return rows, attrs
    first = rows[0] * g.stride_h - g.pad_top
    end = (rows[1] - 1) * g.stride_h - g.pad_top + (g.kernel_h - 1) * g.dilation_h + 1
    reads = (max(first, 0), min(end, g.in_h))
    if not kind.explicit_padding:
        return reads, replace(attrs, padding=Padding.VALID)
    pad = (max(-first, 0), max(end - g.in_h, 0), g.pad_left, g.pad_right)
    return reads, replace(attrs, padding=Padding.EXPLICIT, pad=pad)
