"""L2_NORMALIZATION."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.fixedpoint import inverse_sqrt
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
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import multiply_by_quantized_multiplier, scale_of, zero_point_of

#: Most elements of a row: their squares then fit int32.
MAX_DEPTH = 1 << 15


class L2Normalization(Operator):
    """L2_NORMALIZATION over the last dimension."""

    name = "L2_NORMALIZATION"
    forms = f"int8 to int8 with scale 1/128 and zero point 0, over the last dimension of at most {MAX_DEPTH}"

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = first(data_reason(data, "the input"), data_reason(out, "the output"))
        if reason:
            return reason
        if scale_of(out) != 1 / 128 or zero_point_of(out) != 0:
            return "the output's quantization; supported: scale 1/128 and zero point 0"
        return None if 1 <= len(data.shape) <= 4 and data.shape[-1] <= MAX_DEPTH else f"an input {list(data.shape)}"

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        x = present(inputs[0]).astype(np.int64) - zero_point_of(graph.tensors[node.inputs[0]])
        rows = x.reshape(-1, x.shape[-1])
        found = np.empty(rows.shape, np.int8)
        for place, row in enumerate(rows):
            factor = inverse_sqrt(int((row * row).sum()))
            scaled = multiply_by_quantized_multiplier(row, factor.multiplier, factor.shift + 7)
            found[place] = np.clip(scaled, -128, 127)
        return [found.reshape(x.shape)]


OPERATORS.add(L2Normalization.name, L2Normalization())
