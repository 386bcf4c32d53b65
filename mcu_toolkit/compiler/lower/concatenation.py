"""CONCATENATION: each input copied to its place."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import copies, dense_strides, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.concatenation import axis_of
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """One strided copy an input."""
    out = graph.tensors[node.outputs[0]]
    axis, size = axis_of(graph, node), out.dtype.bytes
    steps = dense_strides(out.shape)
    calls: list[Invocation] = []
    place = 0
    for index in node.inputs:
        shape = graph.tensors[index].shape
        loops = list(zip(shape, dense_strides(shape), steps, strict=True))
        calls.extend(copies(TensorArg(index), TensorArg(node.outputs[0], place * steps[axis] * size), loops, size))
        place += shape[axis]
    return move_call(tuple(calls), out.bytes)
