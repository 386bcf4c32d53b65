"""ARG_MAX."""

from __future__ import annotations

import math

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, TensorArg
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.arg_max import axis_of
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Index of the first of the largest along one axis."""
    source, result = node.inputs[0], node.outputs[0]
    shape = graph.tensors[source].shape
    axis = axis_of(graph, node) or 0
    arguments = (
        TensorArg(source),
        TensorArg(result),
        IntArg(math.prod(shape[:axis])),
        IntArg(shape[axis]),
        IntArg(math.prod(shape[axis + 1 :])),
    )
    return Call(
        invocations=(Invocation("mcutk_arg_max_s8", arguments),),
        sources=("portable/mcutk_arg_max.c",),
        headers=("portable/mcutk_arg_max.h",),
        cost=60 + 7 * graph.tensors[source].elements,
    )
