"""READ_VARIABLE: a copy, because the variable may be assigned while the value is still read."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, TensorArg
from mcu_toolkit.compiler.lower.common import copies, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Copies the variable out."""
    source, result = node.inputs[0], node.outputs[0]
    data = graph.tensors[source]
    calls = copies(TensorArg(source), TensorArg(result), [(data.elements, 1, 1)], data.dtype.bytes)
    return move_call(calls, data.bytes)
