"""Broadcasting of two int8 tensors, and its checks."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Shape, count_reason, data_reason, first, has_absent, present
from mcu_toolkit.graph.requantize import zero_point_of

#: Quantized element types of the operators that the reference has for both.
NARROW_AND_WIDE = (DType.INT8, DType.INT16)

#: Number of nested loops of the C kernels.
MAX_BROADCAST_RANK = 5


def broadcast_shape(a: Shape, b: Shape) -> Shape | None:
    """The shape of an elementwise result; None where the two do not broadcast."""
    try:
        return tuple(np.broadcast_shapes(a, b))
    except ValueError:
        return None


def pair_reason(graph: Graph, node: Node, types: tuple[DType, ...] = (DType.INT8,)) -> str | None:
    """Reason when the node is not an elementwise operator on two tensors of one of `types` that broadcast.

    The tensors are quantized; int16 has zero point 0.
    """
    reason = count_reason(node, (2,)) or has_absent(node)
    if reason:
        return reason
    a, b = graph.tensors[node.inputs[0]], graph.tensors[node.inputs[1]]
    out = graph.tensors[node.outputs[0]]
    reason = data_reason(a, "the first input", types) or first(
        data_reason(b, "the second input", (a.dtype,)), data_reason(out, "the output", (a.dtype,))
    )
    if reason:
        return reason
    if a.dtype is DType.INT16 and any(zero_point_of(tensor) for tensor in (a, b, out)):
        return "int16 with a zero point other than 0; supported: symmetric int16"
    if broadcast_shape(a.shape, b.shape) is None:
        return f"inputs of shapes {list(a.shape)} and {list(b.shape)} do not broadcast"
    if max(len(a.shape), len(b.shape)) > MAX_BROADCAST_RANK:
        return f"inputs of {max(len(a.shape), len(b.shape))} dimensions; supported: {MAX_BROADCAST_RANK}"
    return None


def pair_shape(graph: Graph, node: Node) -> tuple[Shape, ...]:
    """The output's shape of an elementwise operator on two tensors."""
    shape = broadcast_shape(graph.tensors[node.inputs[0]].shape, graph.tensors[node.inputs[1]].shape)
    assert shape is not None
    return (shape,)


def aligned(inputs: Inputs) -> tuple[Array, Array]:
    """The two inputs, [n, *shape] with dimensions of 1 inserted after the samples so that they broadcast."""
    a, b = present(inputs[0]), present(inputs[1])
    rank = max(a.ndim, b.ndim)
    return _lift(a, rank), _lift(b, rank)


def _lift(x: Array, rank: int) -> Array:
    return x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:])
