"""RELU6: a table of 256 results."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.common import lookup
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.relu6 import lut
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """In place if the planner likes."""
    return lookup(graph, node, lut(graph, node))
