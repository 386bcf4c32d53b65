"""DEQUANTIZE: from int8, uint8 or int16 to float32."""

from __future__ import annotations

import numpy as np

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
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import scale_of, zero_point_of


class Dequantize(Operator):
    """DEQUANTIZE: ``(float)(scale * (q - zero_point))``, the product in double."""

    name = "DEQUANTIZE"
    elementwise = 1
    forms = "int8, uint8 or int16 to float32, per tensor"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = data_reason(data, "the input", (DType.INT8, DType.UINT8, DType.INT16))
        if reason:
            return reason
        if out.dtype is not DType.FLOAT32:
            return f"an output of {out.type_name or out.dtype.value}; supported: float32"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        data, _ = tensors_of(graph, node)
        steps = present(inputs[0]).astype(np.int64) - zero_point_of(data)
        return [(scale_of(data) * steps).astype(np.float32)]


OPERATORS.add(Dequantize.name, Dequantize())
