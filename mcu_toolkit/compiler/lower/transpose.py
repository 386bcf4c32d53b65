"""TRANSPOSE."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, TensorArg
from mcu_toolkit.compiler.lower.common import copies, dense_strides, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.transpose import permutation
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """A strided copy in the order of the output."""
    source, result = node.inputs[0], node.outputs[0]
    data = graph.tensors[source]
    steps = dense_strides(data.shape)
    order = permutation(graph, node) or ()
    counts = [data.shape[axis] for axis in order]
    loops = list(zip(counts, [steps[axis] for axis in order], dense_strides(counts), strict=True))
    calls = copies(TensorArg(source), TensorArg(result), loops, data.dtype.bytes)
    return move_call(calls, 2 * data.bytes)
