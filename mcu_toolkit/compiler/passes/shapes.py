"""RESHAPE need not read its shape: shapes are static. What computed the shape is then unused."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import Editor
from mcu_toolkit.graph.ir import Graph


def run(graph: Graph) -> Graph:
    """Let every RESHAPE read its data only."""
    editor = Editor(graph)
    for number, node in enumerate(graph.nodes):
        if node.op == "RESHAPE" and len(node.inputs) > 1:
            editor.put(number, replace(node, inputs=node.inputs[:1]))
    return editor.finish()
