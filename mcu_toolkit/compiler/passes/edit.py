"""Helpers of passes: questions about a graph, and an editor that collects changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from mcu_toolkit.graph.ir import ABSENT, Array, Graph, Node, Tensor
from mcu_toolkit.graph.ops import operator


def is_stateful(graph: Graph, node: Node) -> bool:
    """Whether a node reads or writes a variable: it is not removed, merged, or moved across another such node."""
    if any(tensor.variable for _, tensor in graph.used_inputs(node)):
        return True
    meaning = operator(node.op)
    return not node.outputs or (meaning is not None and bool(meaning.state_inputs(node)))


def same_quantization(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors hold the same real numbers in the same integers: dtype, scales and zero points."""
    if a.dtype is not b.dtype or (a.quant is None) != (b.quant is None):
        return False
    if a.quant is None or b.quant is None:
        return True
    return np.array_equal(a.quant.scale, b.quant.scale) and np.array_equal(a.quant.zero_point, b.quant.zero_point)


@dataclass
class Editor:
    """Changes to a graph: replaced or dropped nodes, new constants, tensors that replace others."""

    graph: Graph
    tensors: list[Tensor] = field(init=False)
    nodes: list[Node | None] = field(init=False)
    changed: bool = False

    def __post_init__(self) -> None:
        self.tensors = list(self.graph.tensors)
        self.nodes = list(self.graph.nodes)
        self._replaced: dict[int, int] = {}

    def freeze(self, index: int, data: Array) -> None:
        """Turn the output of a removed node into a constant."""
        tensor = self.tensors[index]
        self.tensors[index] = replace(tensor, data=np.ascontiguousarray(data, tensor.dtype.numpy))
        self.changed = True

    def put(self, number: int, node: Node) -> None:
        """Replace a node."""
        self.nodes[number] = node
        self.changed = True

    def drop(self, number: int) -> None:
        """Remove a node."""
        self.nodes[number] = None
        self.changed = True

    def substitute(self, old: int, new: int) -> None:
        """Make every reader of tensor `old` read `new`."""
        self._replaced[old] = new
        self.changed = True

    def resolve(self, index: int) -> int:
        """The tensor that readers of `index` read now."""
        passed = []
        while index in self._replaced:
            passed.append(index)
            index = self._replaced[index]
        self._replaced.update(dict.fromkeys(passed[:-1], index))  # the next look-up takes one step
        return index

    def finish(self) -> Graph:
        """The changed graph, or the graph that was given where nothing changed."""
        if not self.changed:
            return self.graph
        nodes = tuple(
            replace(node, inputs=tuple(ABSENT if i == ABSENT else self.resolve(i) for i in node.inputs))
            for node in self.nodes
            if node is not None
        )
        outputs = tuple(self.resolve(i) for i in self.graph.outputs)
        return replace(self.graph, tensors=tuple(self.tensors), nodes=nodes, outputs=outputs)
