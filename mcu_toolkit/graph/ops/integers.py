"""ADD, SUB, MUL, DIV, MAXIMUM and MINIMUM of int32 without quantization: plain integers, modulo 2**32."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Activated, Activation
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Integers, count_reason, has_absent
from mcu_toolkit.graph.ops.broadcast import MAX_BROADCAST_RANK, broadcast_shape

FORM = "int32 without quantization"


def of_integers(graph: Graph, node: Node) -> bool:
    """Whether the first input of a node is int32."""
    return bool(node.inputs) and node.inputs[0] >= 0 and graph.tensors[node.inputs[0]].dtype is DType.INT32


def integers_reason(graph: Graph, node: Node) -> str | None:
    """Reason when a node of int32 is not supported."""
    reason = count_reason(node, (2,)) or has_absent(node)
    if reason:
        return reason
    tensors = [graph.tensors[index] for index in (*node.inputs, *node.outputs)]
    if any(tensor.dtype is not DType.INT32 or tensor.quant is not None or tensor.elements == 0 for tensor in tensors):
        return f"int32 with quantization, or with another type; supported: {FORM}"
    if isinstance(node.attrs, Activated) and node.attrs.activation is not Activation.NONE:
        return f"fused activation {node.attrs.activation.value} of int32; supported: NONE"
    shape = broadcast_shape(tensors[0].shape, tensors[1].shape)
    return None if shape is not None and len(shape) <= MAX_BROADCAST_RANK else "shapes that do not broadcast"


def divided(a: Array, b: Array) -> Integers:
    """a / b towards zero, as C divides; 0 where b is 0."""
    value, divisor = a.astype(np.int64), np.where(b == 0, 1, b).astype(np.int64)
    size = np.abs(value) // np.abs(divisor)
    return np.asarray(np.where(b == 0, 0, np.where((value < 0) == (divisor < 0), size, -size)), np.int64)


def cut(x: Array) -> Array:
    """int32 of integers of any width."""
    return x.astype(np.int64).astype(np.int32)
