"""Removes nodes whose results are not read."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import is_stateful
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import Graph


def run(graph: Graph) -> Graph:
    """Keep the nodes that an output or a variable depends on."""
    wanted = set(graph.outputs)
    kept = []
    for node in reversed(graph.nodes):
        if is_stateful(graph, node) or wanted.intersection(node.outputs):
            kept.append(node)
            wanted.update(index for index, _ in graph.used_inputs(node))
    if len(kept) == len(graph.nodes):
        return graph
    return replace(graph, nodes=tuple(reversed(kept)))


PASSES.add("unused", Pass(run, Stage.SIMPLIFY, order=10))
