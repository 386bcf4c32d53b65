"""MAX_POOL_2D."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.pooling import pool_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Windows cut to the image."""
    return pool_call(graph, node, target, "max", 16)
