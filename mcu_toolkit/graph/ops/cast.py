"""CAST."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Integers, Operator, Shape, count_reason, has_absent, present, tensors_of
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import INT32_MAX, INT32_MIN

_FROM = (DType.INT8, DType.INT16, DType.INT32, DType.FLOAT32, DType.BOOL)
_TO = (DType.INT8, DType.INT16, DType.INT32, DType.FLOAT32)


class Cast(Operator):
    """CAST: the number in another type; quantization is not regarded. Integers are cut to the width of the output."""

    name = "CAST"
    elementwise = 1
    forms = "int8, int16, int32, float32 or bool to int8, int16, int32 or float32"
    note = (
        "float32 beyond int32 saturates and NaN is taken as 0, where the reference's conversion is undefined; the "
        "result is then cut to the width of the output."
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        if data.dtype not in _FROM or out.dtype not in _TO or data.elements == 0:
            return f"from {data.type_name or data.dtype.value} to {out.type_name or out.dtype.value}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return inputs[0]

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        x, out = present(inputs[0]), graph.tensors[node.outputs[0]].dtype
        if x.dtype.kind == "f" and out is not DType.FLOAT32:
            x = np.clip(np.trunc(np.nan_to_num(x.astype(np.float64), nan=0.0)), INT32_MIN, INT32_MAX).astype(np.int64)
        return [x.astype(out.numpy)]


OPERATORS.add(Cast.name, Cast())
