"""ASSIGN_VARIABLE."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, TensorArg
from mcu_toolkit.compiler.lower.common import copies, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Copies the value into the variable."""
    variable, value = node.inputs
    data = graph.tensors[value]
    calls = copies(TensorArg(value), TensorArg(variable), [(data.elements, 1, 1)], data.dtype.bytes)
    return move_call(calls, data.bytes)
