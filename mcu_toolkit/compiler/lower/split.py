"""SPLIT: each part copied out."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import copies, dense_strides, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.split import axis_of
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """One strided copy a part."""
    source = node.inputs[1]
    data = graph.tensors[source]
    axis, size = axis_of(graph, node) or 0, data.dtype.bytes
    steps = dense_strides(data.shape)
    calls: list[Invocation] = []
    for part, index in enumerate(node.outputs):
        shape = graph.tensors[index].shape
        start = part * shape[axis] * steps[axis] * size
        loops = list(zip(shape, steps, dense_strides(shape), strict=True))
        calls.extend(copies(TensorArg(source, start), TensorArg(index), loops, size))
    return move_call(tuple(calls), data.bytes)
