"""Views (RESHAPE and its like) read their data only: shapes are static. What computed the shape is then unused."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import Editor
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.ops import OPERATORS


def run(graph: Graph) -> Graph:
    """Drop the shape input of every view."""
    editor = Editor(graph)
    for number, node in enumerate(graph.nodes):
        if OPERATORS[node.op].view and len(node.inputs) > 1:
            editor.put(number, replace(node, inputs=node.inputs[:1]))
    return editor.finish()


PASSES.add("shapes", Pass(run, Stage.SIMPLIFY, order=20))
