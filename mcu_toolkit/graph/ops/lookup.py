"""Bases of the operators that are a function of one element: of an int8, as a table of 256 results, or of an int16."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    count_reason,
    data_reason,
    has_absent,
    present,
    tensors_of,
)
from mcu_toolkit.graph.requantize import Int64

Table = npt.NDArray[np.int8]

#: Every int8 in ascending order: the input of each entry of a table.
ALL_INT8 = np.arange(-128, 128, dtype=np.int64)


class Lookup(Operator):
    """Base of the operators whose int8 output element depends on one int8 input element only."""

    elementwise = 1
    #: Element types that it takes and gives.
    types: ClassVar[tuple[DType, ...]] = (DType.INT8,)

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = data_reason(data, "the input", self.types) or data_reason(out, "the output", (data.dtype,))
        return reason or self.limits(graph, node)

    def limits(self, graph: Graph, node: Node) -> str | None:
        """Reason when the operator does not support this quantization or these attributes."""
        return None

    @abstractmethod
    def table(self, graph: Graph, node: Node) -> Table | None:
        """int8 [256]: entry ``i`` is the result of the input ``i - 128``; `check` has passed. None for other types."""

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        table = self.table(graph, node)
        assert table is not None
        return [table[present(inputs[0]).astype(np.int16) + 128]]


class Pointwise(Lookup):
    """Base of those that take int16 as well."""

    types: ClassVar[tuple[DType, ...]] = (DType.INT8, DType.INT16)

    @abstractmethod
    def values(self, graph: Graph, node: Node, x: Int64) -> Int64:
        """The results for inputs of any shape, within the output's type; `check` has passed."""

    def table(self, graph: Graph, node: Node) -> Table | None:
        if graph.tensors[node.inputs[0]].dtype is not DType.INT8:
            return None
        return self.values(graph, node, ALL_INT8).astype(np.int8)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        x = present(inputs[0])
        if x.dtype == np.int8:
            return super().compute(graph, node, inputs)
        return [self.values(graph, node, x.astype(np.int64)).astype(x.dtype)]
