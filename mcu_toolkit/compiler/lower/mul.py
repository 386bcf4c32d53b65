"""MUL."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.binary import binary_call
from mcu_toolkit.compiler.lower.common import params
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.mul import prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """The product of both, rescaled."""
    p = prepare(graph, node)
    numbers = params(
        "mcutk_mul",
        a_zero_point=p.a_zero_point,
        b_zero_point=p.b_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    return binary_call(graph, node, "mcutk_mul_s8", numbers, 35)
