"""From the nodes of a graph to what each may become; remembers nodes that several trial graphs share."""

from __future__ import annotations

from mcu_toolkit.compiler.kernels.base import Request
from mcu_toolkit.compiler.plan.assign import Option
from mcu_toolkit.compiler.select import Candidate, candidates
from mcu_toolkit.compiler.views import find_views
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


class Lowerer:
    """Lowers the nodes of graphs that differ in some nodes only: a tensor index means the same tensor in all of them.

    Args:
        target: instruction set, core and optimization goal.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._known: dict[int, tuple[Node, tuple[Candidate, ...]]] = {}

    def options(self, graph: Graph) -> list[Option]:
        """What each node may become: no code, or one of some kernel variants.

        Raises:
            CompileError: no kernel variant accepts a node.
        """
        views = find_views(graph, self.target.isa.tensor_align)
        return [views.get(number) or self._candidates(graph, node) for number, node in enumerate(graph.nodes)]

    def _candidates(self, graph: Graph, node: Node) -> tuple[Candidate, ...]:
        known = self._known.get(id(node))
        if known is not None:
            return known[1]
        found = candidates(Request(graph, node, self.target))
        self._known[id(node)] = (node, found)  # the node is kept, so that its id stays its own
        return found
