"""Rewrites of the graph, one a file. Each keeps every bit of every output.

A pass is a module with ``run(graph) -> Graph``. The graph is verified after each. The list is run until nothing
changes, because one pass makes work for another: a folded constant leaves nodes unused, a removed channel leaves others
without a reader.
"""

from __future__ import annotations

from collections.abc import Callable

from mcu_toolkit.compiler.passes import (
    activations,
    channels,
    constants,
    duplicates,
    identity,
    order,
    pad,
    shapes,
    unused,
)
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.verify import verify

Pass = Callable[[Graph], Graph]

#: Passes that are repeated until the graph stays as it is, in this order.
SIMPLIFY: tuple[tuple[str, Pass], ...] = (
    ("unused", unused.run),
    ("shapes", shapes.run),
    ("constants", constants.run),
    ("identity", identity.run),
    ("duplicates", duplicates.run),
    ("pad", pad.run),
    ("activations", activations.run),
    ("channels", channels.run),
)
#: Passes that run once, after the others.
FINISH: tuple[tuple[str, Pass], ...] = (("order", order.run),)

_ROUNDS = 10


def run_all(graph: Graph) -> Graph:
    """All passes.

    Raises:
        CompileError: a pass left a graph that does not verify; its name is in the message.
    """
    for _ in range(_ROUNDS):
        before = graph
        for name, run in SIMPLIFY:
            graph = run_one(name, run, graph)
        if graph is before:
            break
    for name, run in FINISH:
        graph = run_one(name, run, graph)
    return graph


def run_one(name: str, run: Pass, graph: Graph) -> Graph:
    """One pass, its result verified. A pass that finds nothing to do returns the very graph it was given."""
    result = run(graph)
    if result is not graph:
        try:
            verify(result)
        except CompileError as bad:
            raise CompileError(f"the pass '{name}' left a graph that does not verify: {bad.message}") from bad
    return result
