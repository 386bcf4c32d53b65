"""STRIDED_SLICE."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.slice import cut
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.strided_slice import ranges
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """A strided copy; strides may be negative."""
    return cut(graph, node, ranges(graph, node) or ())
