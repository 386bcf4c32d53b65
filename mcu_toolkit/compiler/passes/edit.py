"""What passes share: small questions about a graph, and an editor that gathers changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from mcu_toolkit.graph.ir import ABSENT, Array, Graph, Node, Tensor
from mcu_toolkit.graph.ops import operator


def is_stateful(graph: Graph, node: Node) -> bool:
    """Whether a node reads or writes a variable: it can be neither removed, merged nor moved across another such."""
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
    """Changes to a graph: replaced or dropped nodes, new constants, tensors that stand for others."""

    graph: Graph
    tensors: list[Tensor] = field(init=False)
    nodes: list[Node | None] = field(init=False)
    changed: bool = False

    def __post_init__(self) -> None:
        self.tensors = list(self.graph.tensors)
        self.nodes = list(self.graph.nodes)
        self._stands_for: dict[int, int] = {}

    def freeze(self, index: int, data: Array) -> None:
        """Turn the output of a node that goes away into a constant."""
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
        """Let every reader of tensor `old` read `new`."""
        self._stands_for[old] = new
        self.changed = True

    def resolve(self, index: int) -> int:
        """The tensor that now stands for another."""
        while index in self._stands_for:
            index = self._stands_for[index]
        return index

    def finish(self) -> Graph:
        """The changed graph, or the very one that was given where nothing changed."""
        if not self.changed:
            return self.graph
        nodes = tuple(
            replace(node, inputs=tuple(ABSENT if i == ABSENT else self.resolve(i) for i in node.inputs))
            for node in self.nodes
            if node is not None
        )
        outputs = tuple(self.resolve(i) for i in self.graph.outputs)
        return replace(self.graph, tensors=tuple(self.tensors), nodes=nodes, outputs=outputs)
