"""Base of the operators that are a function of one int8, computed as a table of 256 results."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    count_reason,
    data_reason,
    first,
    has_absent,
    present,
    tensors_of,
)

Table = npt.NDArray[np.int8]

#: Every int8 in ascending order: the input of each entry of a table.
ALL_INT8 = np.arange(-128, 128, dtype=np.int64)


class Lookup(Operator):
    """Base of the operators whose int8 output element depends on one int8 input element only."""

    elementwise = 1

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = first(data_reason(data, "the input"), data_reason(out, "the output"))
        return reason or self.limits(graph, node)

    def limits(self, graph: Graph, node: Node) -> str | None:
        """Reason when the operator does not support this quantization or these attributes."""
        return None

    @abstractmethod
    def table(self, graph: Graph, node: Node) -> Table:
        """int8 [256]: entry ``i`` is the result of the input ``i - 128``; `check` has passed."""

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [self.table(graph, node)[present(inputs[0]).astype(np.int16) + 128]]
