"""Bases and checks of the operators that only move elements."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops.base import Inputs, Integers, Operator, Places, present

#: Element types that can be moved.
MOVABLE = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.INT64, DType.FLOAT32, DType.BOOL)
MOVABLE_NAMES = "int8, uint8, int16, int32, int64, float32 or bool"

#: Number of nested loops of the C kernels.
MAX_MOVE_RANK = 5


class Mover(Operator):
    """Base of the operators whose outputs hold elements of one input in another order, each any number of times."""

    #: Position of that input.
    source: ClassVar[int] = 0

    @abstractmethod
    def moved(self, graph: Graph, node: Node, x: Array) -> list[Array]:
        """The outputs.

        Args:
            x: the input [n, *shape], of any element type.

        Returns:
            One array per output, [n, *shape].
        """

    def places(self, graph: Graph, node: Node) -> Places:
        index = node.inputs[self.source]
        tensor = graph.tensors[index]
        numbers = np.arange(tensor.elements, dtype=np.int64).reshape(1, *tensor.shape)
        return Places(index, tuple(_integers(part) for part in self.moved(graph, node, numbers)))

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return self.moved(graph, node, present(inputs[self.source]))

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
        if self.check(graph, node) is not None:
            return None
        return np.asarray(self.moved(graph, node, inputs[self.source][np.newaxis])[0][0], np.int64)


class Joiner(Operator):
    """Base of the operators that put inputs side by side into one output; a later input overwrites an earlier one."""

    @abstractmethod
    def parts(self, graph: Graph, node: Node, whole: Array) -> list[Array]:
        """Where each of the first inputs goes.

        Args:
            whole: an array [n, *shape] of the output's shape.

        Returns:
            One view of `whole` per joined input, [n, *shape of the input].
        """

    def slots(self, graph: Graph, node: Node) -> tuple[Integers, ...]:
        out = graph.tensors[node.outputs[0]]
        numbers = np.arange(out.elements, dtype=np.int64).reshape(1, *out.shape)
        return tuple(_integers(part) for part in self.parts(graph, node, numbers))

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [self._joined(graph, node, inputs, graph.tensors[node.outputs[0]].dtype.numpy)]

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers | None:
        if self.check(graph, node) is not None:
            return None
        return np.asarray(self._joined(graph, node, [a[np.newaxis] for a in inputs], np.dtype(np.int64))[0], np.int64)

    def _joined(self, graph: Graph, node: Node, inputs: Inputs, kind: np.dtype[np.generic]) -> Array:
        count = max(len(array) for array in inputs if array is not None)
        whole = np.empty((count, *graph.tensors[node.outputs[0]].shape), kind)
        for part, array in zip(self.parts(graph, node, whole), inputs, strict=False):
            part[...] = present(array)
        return whole


def _integers(array: Array) -> Integers:
    return np.asarray(array.reshape(-1), np.int64)


def in_a_row(graph: Graph, tensors: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """(tensor index, offset in bytes) of tensors that lie one after another."""
    placed, at = [], 0
    for index in tensors:
        placed.append((index, at))
        at += graph.tensors[index].bytes
    return tuple(placed)


def move_reason(data: Tensor, *others: Tensor) -> str | None:
    """Reason when elements cannot be moved between tensors: other types, an empty tensor, too many dimensions."""
    for tensor in (data, *others):
        if tensor.dtype is not data.dtype or tensor.dtype not in MOVABLE:
            kinds = ", ".join(dict.fromkeys(t.type_name or t.dtype.value for t in (data, *others)))
            return f"element types {kinds}; supported: one of {MOVABLE_NAMES}"
        if tensor.elements == 0 or len(tensor.shape) > MAX_MOVE_RANK:
            return f"a tensor of shape {list(tensor.shape)}; supported: not empty, at most {MAX_MOVE_RANK} dimensions"
    return None
