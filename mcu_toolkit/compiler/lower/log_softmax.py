"""LOG_SOFTMAX."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import in_place, params
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.log_softmax import prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """A row at a time, in place."""
    source, result = node.inputs[0], node.outputs[0]
    p = prepare(graph, node)
    fields = params(
        "mcutk_log_softmax",
        rows=p.rows,
        depth=p.depth,
        multiplier=p.factor.multiplier,
        left_shift=p.factor.shift,
        diff_min=p.diff_min,
        back_multiplier=p.back.multiplier,
        back_shift=p.back.shift,
    )
    return Call(
        invocations=(Invocation("mcutk_log_softmax_s8", (TensorArg(source), TensorArg(result), fields)),),
        sources=("portable/mcutk_log_softmax.c", "portable/mcutk_fixed.c"),
        headers=("portable/mcutk_log_softmax.h",),
        overlaps=in_place(source, result),
        cost=p.rows * (600 + 200 * p.depth),
    )
