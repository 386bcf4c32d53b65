"""RESHAPE: the same bytes under another shape."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Alias, Call, TensorArg
from mcu_toolkit.compiler.lower.common import copies, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Alias | Call:
    """No code; a copy only where a constant has to become an activation."""
    source, result = node.inputs[0], node.outputs[0]
    tensor = graph.tensors[source]
    if not tensor.is_const:
        return Alias(source, result)
    loops = [(tensor.elements, 1, 1)]
    return move_call(copies(TensorArg(source), TensorArg(result), loops, tensor.dtype.bytes), tensor.bytes)
