"""ADD, and SUB, which differs by a sign."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.binary import binary_call
from mcu_toolkit.compiler.lower.common import params
from mcu_toolkit.compiler.site import Target
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.add import prepare


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Both inputs to one scale, summed, and to the output's scale."""
    p = prepare(graph, node)
    numbers = params(
        "mcutk_add",
        a_zero_point=p.a_zero_point,
        b_zero_point=p.b_zero_point,
        out_zero_point=p.out_zero_point,
        left_shift=p.left_shift,
        a_multiplier=p.a.multiplier,
        a_shift=p.a.shift,
        b_multiplier=p.b.multiplier,
        b_shift=p.b.shift,
        out_multiplier=p.out.multiplier,
        out_shift=p.out.shift,
        b_sign=p.sign,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    return binary_call(graph, node, "mcutk_add_s8", numbers, 55)
