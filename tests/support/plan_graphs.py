"""Small graphs for tests of memory plans: only their tensors matter."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, Overlap
from mcu_toolkit.graph.attrs import Attrs
from mcu_toolkit.graph.ir import DType, Graph, Node, Quant, Tensor


def int8_tensor(elements: int, *, variable: bool = False) -> Tensor:
    """An int8 activation or variable of one row."""
    quant = Quant(np.array([0.1], np.float32), np.array([0], np.int64))
    return Tensor("t", (1, elements), DType.INT8, quant, variable=variable)


def chain_graph(*sizes: int, op: str = "RELU") -> Graph:
    """Tensors of these sizes, each computed from the one before by a node."""
    nodes = tuple(Node(op, (i,), (i + 1,), Attrs(), i) for i in range(len(sizes) - 1))
    return Graph("chain", tuple(int8_tensor(n) for n in sizes), nodes, (0,), (len(sizes) - 1,))


def call(*overlaps: Overlap, scratch: int = 0, cost: int = 0, name: str = "f") -> Call:
    """A call of a function that does not exist."""
    return Call((), (), (), scratch_bytes=scratch, overlaps=overlaps, cost=cost, kernel=name)
