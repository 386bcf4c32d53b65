"""REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from mcu_toolkit.graph.attrs import Reduce
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, present, same_quant, tensors_of
from mcu_toolkit.graph.ops.reduction import OverAxes, axes_of
from mcu_toolkit.graph.ops.registry import OPERATORS


class ReduceExtremum(OverAxes):
    """Base of the two."""

    forms = "int8, any constant axes, keep_dims or not, input and output of one quantization"

    def limits(self, graph: Graph, node: Node, axes: tuple[int, ...]) -> str | None:
        if not same_quant(*tensors_of(graph, node)):
            return "input and output differ in quantization; supported: the same"
        return None

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        assert isinstance(node.attrs, Reduce)
        x, axes = present(inputs[0]), axes_of(graph, node) or ()
        found = self.pick(x, tuple(axis + 1 for axis in axes))
        return [found.reshape(len(x), *self.infer(graph, node)[0])]

    @abstractmethod
    def pick(self, x: Array, axes: tuple[int, ...]) -> Array:
        """The largest or the smallest over the axes."""


class ReduceMax(ReduceExtremum):
    """REDUCE_MAX."""

    name = "REDUCE_MAX"

    def pick(self, x: Array, axes: tuple[int, ...]) -> Array:
        return np.asarray(x.max(axis=axes))


class ReduceMin(ReduceExtremum):
    """REDUCE_MIN."""

    name = "REDUCE_MIN"

    def pick(self, x: Array, axes: tuple[int, ...]) -> Array:
        return np.asarray(x.min(axis=axes))


OPERATORS.add(ReduceMax.name, ReduceMax())
OPERATORS.add(ReduceMin.name, ReduceMin())
