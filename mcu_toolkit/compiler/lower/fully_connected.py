"""FULLY_CONNECTED: a layer for a kernel variant."""

from __future__ import annotations

from mcu_toolkit.compiler.call import ConvUse
from mcu_toolkit.compiler.layer import ConvKind
from mcu_toolkit.compiler.lower.layers import conv_use
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.fully_connected import prepare
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> ConvUse:
    """Which kernel it gets is for `compiler.select` to decide."""
    return conv_use(node, ConvKind.FULLY_CONNECTED, prepare(graph, node))
