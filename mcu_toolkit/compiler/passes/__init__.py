"""Rewrites of the graph, one module per pass. Each keeps every bit of every output.

One pass makes work for another: a folded constant leaves nodes unused, a removed channel leaves others without a
reader. So the passes of `Stage.SIMPLIFY` are repeated until nothing changes. The graph is verified after each.
"""

from __future__ import annotations

from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage, in_order
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.verify import verify

__all__ = ["PASSES", "Pass", "Stage", "in_order", "run_all", "run_one"]

_ROUNDS = 10


def run_all(graph: Graph) -> Graph:
    """All registered passes.

    Raises:
        CompileError: a pass left a graph that does not verify; its name is in the message.
    """
    simplify = in_order(Stage.SIMPLIFY)
    for _ in range(_ROUNDS):
        before = graph
        for name, item in simplify:
            graph = run_one(name, item, graph)
        if graph is before:
            break
    for name, item in in_order(Stage.FINISH):
        graph = run_one(name, item, graph)
    return graph


def run_one(name: str, item: Pass, graph: Graph) -> Graph:
    """One pass, its result verified.

    Raises:
        CompileError: the result does not verify.
    """
    result = item.run(graph)
    if result is not graph:
        try:
            verify(result)
        except CompileError as bad:
            raise CompileError(f"the pass '{name}' left a graph that does not verify: {bad.message}") from bad
    return result
