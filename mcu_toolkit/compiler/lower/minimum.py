"""MINIMUM of two tensors of one quantization."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.lower.binary import binary_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """Element by element."""
    return binary_call(graph, node, "mcutk_minimum_s8", None, 12)
