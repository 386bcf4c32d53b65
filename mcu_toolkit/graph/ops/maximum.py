"""MAXIMUM and MINIMUM."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Integers, Operator, Shape, same_quant
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE, aligned, pair_reason, pair_shape
from mcu_toolkit.graph.ops.integers import FORM, integers_reason, of_integers
from mcu_toolkit.graph.ops.registry import OPERATORS


class Extremum(Operator):
    """Base of MAXIMUM and MINIMUM."""

    elementwise = 2
    forms = (
        "int8, or int16 with zero point 0, broadcasting up to 5 dimensions, either input may be constant; "
        f"all tensors of one quantization; {FORM}"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        if of_integers(graph, node):
            return integers_reason(graph, node)
        reason = pair_reason(graph, node, NARROW_AND_WIDE)
        if reason:
            return reason
        a, b, out = (graph.tensors[i] for i in (*node.inputs, *node.outputs))
        if not (same_quant(a, out) and same_quant(b, out)):
            return "inputs and output differ in quantization; supported: the same (put QUANTIZE before)"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return self.pick(inputs[0], inputs[1]).astype(np.int64)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        return [self.pick(*aligned(inputs))]

    @abstractmethod
    def pick(self, a: Array, b: Array) -> Array:
        """The larger or the smaller of two broadcastable arrays, element by element."""


class Maximum(Extremum):
    """MAXIMUM."""

    name = "MAXIMUM"

    def pick(self, a: Array, b: Array) -> Array:
        return np.asarray(np.maximum(a, b))


class Minimum(Extremum):
    """MINIMUM."""

    name = "MINIMUM"

    def pick(self, a: Array, b: Array) -> Array:
        return np.asarray(np.minimum(a, b))


OPERATORS.add(Maximum.name, Maximum())
OPERATORS.add(Minimum.name, Minimum())
