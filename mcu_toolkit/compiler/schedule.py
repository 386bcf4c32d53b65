"""From lowered nodes to steps, and from steps to the memory planner's problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcu_toolkit.compiler.call import Alias, Call
from mcu_toolkit.compiler.plan import Buffer, OverlapRule, PlanProblem
from mcu_toolkit.compiler.site import Isa, Target
from mcu_toolkit.graph.ir import Graph

Key = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Step:
    """One call in the order of execution.

    Attributes:
        node: index of the node in the graph.
        call: what runs.
    """

    node: int
    call: Call


@dataclass(frozen=True, eq=False)
class Schedule:
    """Steps in order, and which tensors share storage because a node is no code.

    Attributes:
        steps: calls in order.
        root: tensor index → index of the tensor whose bytes it is; activations and variables only.
    """

    steps: tuple[Step, ...]
    root: Mapping[int, int]

    def key(self, tensor: int) -> Key:
        """The planner's key of the buffer that holds a tensor."""
        return ("tensor", self.root[tensor])


def tensor_align(target: Target) -> int:
    """Alignment of arena tensors in bytes: whole vectors on Helium, words elsewhere."""
    return 16 if target.isa is Isa.MVE else 4


def build_schedule(graph: Graph, lowered: Sequence[Call | Alias]) -> Schedule:
    """Number the calls and resolve the aliases. `lowered` goes with `graph.nodes`."""
    parent: dict[int, int] = {}
    for index, tensor in enumerate(graph.tensors):
        if not tensor.is_const:
            parent[index] = index
    for item in lowered:
        if isinstance(item, Alias) and item.input in parent:
            parent[item.output] = parent[item.input]
    steps = tuple(Step(i, item) for i, item in enumerate(lowered) if isinstance(item, Call))
    return Schedule(steps, {index: _find(parent, index) for index in parent})


def _find(parent: dict[int, int], index: int) -> int:
    while parent[index] != index:
        index = parent[index]
    return index


def plan_problem(graph: Graph, schedule: Schedule, target: Target) -> PlanProblem:
    """What the planner is asked: a buffer a tensor root in use, a buffer a scratch, the overlaps that hold."""
    count = max(len(schedule.steps), 1)
    first: dict[int, int] = {}
    last: dict[int, int] = {}

    def live(tensor: int, start: int, end: int) -> None:
        root = schedule.root.get(tensor)
        if root is not None:
            first[root] = min(first.get(root, start), start)
            last[root] = max(last.get(root, end), end)

    for tensor in graph.inputs:
        live(tensor, 0, 0)
    for number, step in enumerate(schedule.steps):
        node = graph.nodes[step.node]
        for tensor in (*(index for index, _ in graph.used_inputs(node)), *node.outputs):
            live(tensor, number, count if graph.tensors[tensor].variable else number)
            if graph.tensors[tensor].variable:
                live(tensor, 0, count)
    for tensor in graph.outputs:  # one step past the end: nothing may be laid over it
        live(tensor, count - 1, count)
    align = tensor_align(target)
    sizes = _root_sizes(graph, schedule)
    buffers = [Buffer(("tensor", root), sizes[root], first[root], last[root], align) for root in sorted(first)]
    buffers += [
        Buffer(("scratch", number), step.call.scratch_bytes, number, number, max(step.call.scratch_align, 4))
        for number, step in enumerate(schedule.steps)
        if step.call.scratch_bytes > 0
    ]
    return PlanProblem(tuple(buffers), _rules(graph, schedule), count)


def _root_sizes(graph: Graph, schedule: Schedule) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for tensor, root in schedule.root.items():
        sizes[root] = max(sizes.get(root, 1), graph.tensors[tensor].bytes)
    return sizes


def _rules(graph: Graph, schedule: Schedule) -> tuple[OverlapRule, ...]:
    """Overlaps by buffer. One is dropped where the node reads the same buffer through an input without permission."""
    rules: list[OverlapRule] = []
    for step in schedule.steps:
        node = graph.nodes[step.node]
        slacks = {(o.input, o.output): o.slack for o in step.call.overlaps}
        activations = [i for i, _ in graph.used_inputs(node) if i in schedule.root]
        for output in node.outputs:
            by_root: dict[int, list[int | None]] = {}
            for tensor in activations:
                by_root.setdefault(schedule.root[tensor], []).append(slacks.get((tensor, output)))
            for root, found in by_root.items():
                known = [slack for slack in found if slack is not None]
                if len(known) == len(found):
                    rules.append(OverlapRule(("tensor", root), schedule.key(output), max(known)))
    return tuple(rules)
