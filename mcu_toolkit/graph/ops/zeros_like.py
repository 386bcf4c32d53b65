"""ZEROS_LIKE."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, count_reason, has_absent, tensors_of
from mcu_toolkit.graph.ops.moves import move_reason
from mcu_toolkit.graph.ops.registry import OPERATORS

_TYPES = (DType.INT8, DType.INT32, DType.INT64, DType.FLOAT32)


class ZerosLike(Operator):
    """ZEROS_LIKE: 0 in every element, whatever the zero point is."""

    name = "ZEROS_LIKE"
    forms = "int8, int32, int64 or float32, up to 5 dimensions"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node) or move_reason(*tensors_of(graph, node))
        if reason:
            return reason
        data = graph.tensors[node.inputs[0]]
        return None if data.dtype in _TYPES else f"an input of {data.dtype.value}"

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        out = graph.tensors[node.outputs[0]]
        return [np.zeros((1, *out.shape), out.dtype.numpy)]


OPERATORS.add(ZerosLike.name, ZerosLike())
