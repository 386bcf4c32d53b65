"""SOFTMAX."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import in_place, params
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.softmax import prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """A row at a time, in place."""
    source, result = node.inputs[0], node.outputs[0]
    numbers = prepare(graph, node)
    tensor = graph.tensors[source]
    depth = tensor.shape[-1]
    rows = tensor.elements // depth
    fields = params(
        "mcutk_softmax",
        rows=rows,
        depth=depth,
        multiplier=numbers.multiplier,
        left_shift=numbers.left_shift,
        diff_min=numbers.diff_min,
    )
    return Call(
        invocations=(Invocation("mcutk_softmax_s8", (TensorArg(source), TensorArg(result), fields)),),
        sources=("portable/mcutk_softmax.c", "portable/mcutk_fixed.c"),
        headers=("portable/mcutk_softmax.h",),
        overlaps=in_place(source, result),
        cost=rows * (300 + 330 * depth),
    )
