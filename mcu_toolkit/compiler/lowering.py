"""From the nodes of a graph to what each may become; remembers nodes that several trial graphs share."""

from __future__ import annotations

from mcu_toolkit.compiler.call import ConvUse
from mcu_toolkit.compiler.lower import lowering
from mcu_toolkit.compiler.plan.assign import Option
from mcu_toolkit.compiler.plan.schedule import tensor_align
from mcu_toolkit.compiler.select import candidates
from mcu_toolkit.compiler.views import find_views
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.targets.target import Target


class Lowerer:
    """Lowers the nodes of graphs that differ in some nodes only: a tensor index means the same tensor in all of them.

    Args:
        target: what for.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._known: dict[int, tuple[Node, Option]] = {}

    def options(self, graph: Graph) -> list[Option]:
        """What each node may become.

        Raises:
            CompileError: an operator has no lowering, or a layer no kernel.
        """
        views = find_views(graph, tensor_align(self.target))
        return [views.get(number) or self._option(graph, node) for number, node in enumerate(graph.nodes)]

    def _option(self, graph: Graph, node: Node) -> Option:
        known = self._known.get(id(node))
        if known is not None:
            return known[1]
        lower = lowering(node.op)
        if lower is None:
            raise CompileError(f"node {node.source}: {node.op} passed the check but has no lowering")
        lowered = lower(graph, node, self.target)
        option = candidates(lowered, self.target) if isinstance(lowered, ConvUse) else lowered
        self._known[id(node)] = (node, option)  # the node is kept, so that its id stays its own
        return option
