"""PRELU."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.binary import binary_call
from mcu_toolkit.compiler.lower.common import params
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.prelu import prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Negative inputs times a slope that broadcasts."""
    p = prepare(graph, node)
    numbers = params(
        "mcutk_prelu",
        in_zero_point=p.in_zero_point,
        alpha_zero_point=p.alpha_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.identity.multiplier,
        shift=p.identity.shift,
        slope_multiplier=p.slope.multiplier,
        slope_shift=p.slope.shift,
    )
    return binary_call(graph, node, "mcutk_prelu_s8", numbers, 40)
