"""Steps of a model (`Schedule`), and the memory planner's problem made from them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mcu_toolkit.compiler.call import Call, Parts
from mcu_toolkit.compiler.plan.problem import Buffer, MemoryPlan, OverlapRule, PlanProblem
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.targets.target import Target

Key = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Step:
    """One call of the model, in the order of execution.

    Attributes:
        node: index of the node in the graph.
        call: the C functions that it runs.
    """

    node: int
    call: Call


@dataclass(frozen=True, eq=False)
class Schedule:
    """Steps in order, and the tensors that lie inside others because a node needs no code.

    Attributes:
        steps: calls in order.
        root: tensor index → index of the tensor whose buffer holds its bytes; activations and variables only.
        shift: tensor index → byte offset in that buffer.
    """

    steps: tuple[Step, ...]
    root: Mapping[int, int]
    shift: Mapping[int, int]

    def key(self, tensor: int) -> Key:
        """The planner's key of the buffer that holds a tensor."""
        return ("tensor", self.root[tensor])

    def address(self, plan: MemoryPlan, tensor: int) -> int:
        """Byte offset of a tensor in the arena."""
        return plan.offsets[self.key(tensor)] + self.shift[tensor]


def build_schedule(graph: Graph, items: Sequence[Call | Parts]) -> Schedule:
    """Number the calls, and find the buffer and the offset of each tensor. `items` has one per node."""
    inside: dict[int, tuple[int, int]] = {}
    for item in items:
        if isinstance(item, Parts):
            inside.update((tensor, (item.whole, offset)) for tensor, offset in item.parts)
    root: dict[int, int] = {}
    shift: dict[int, int] = {}
    for index, tensor in enumerate(graph.tensors):
        if not tensor.is_const:
            root[index], shift[index] = _resolve(inside, index)
    steps = tuple(Step(i, item) for i, item in enumerate(items) if isinstance(item, Call))
    return Schedule(steps, root, shift)


def _resolve(inside: Mapping[int, tuple[int, int]], index: int) -> tuple[int, int]:
    shift = 0
    while index in inside:
        index, more = inside[index]
        shift += more
    return index, shift


@dataclass(frozen=True)
class _Touch:
    """A step reads or writes bytes start .. end - 1 of a buffer, as a tensor."""

    step: int
    start: int
    end: int
    tensor: int


@dataclass
class _Use:
    """Reads and writes of one buffer. Model inputs are written at step -1, outputs are read one step past the end."""

    size: int = 1
    fixed: bool = False
    writes: list[_Touch] = field(default_factory=list)
    reads: list[_Touch] = field(default_factory=list)

    def span(self, count: int) -> tuple[int, int]:
        """First and last step at which the bytes are in use."""
        if self.fixed:
            return 0, count
        steps = [touch.step for touch in (*self.writes, *self.reads)]
        return max(0, min(steps)), max(0, *steps)


def plan_problem(graph: Graph, schedule: Schedule, target: Target) -> PlanProblem:
    """The planner's problem: a buffer per tensor with storage of its own, a buffer per scratch, permitted overlaps."""
    count = max(len(schedule.steps), 1)
    uses = _uses(graph, schedule, count)
    align = target.isa.tensor_align
    buffers = [
        Buffer(("tensor", root), use.size, *use.span(count), align)
        for root, use in sorted(uses.items())
        if use.reads or use.writes
    ]
    buffers += [
        Buffer(("scratch", number), step.call.scratch_bytes, number, number, max(step.call.scratch_align, 4))
        for number, step in enumerate(schedule.steps)
        if step.call.scratch_bytes > 0
    ]
    return PlanProblem(tuple(buffers), tuple(_rules(schedule, uses, count)), count)


def _uses(graph: Graph, schedule: Schedule, count: int) -> dict[int, _Use]:
    uses: dict[int, _Use] = {}

    def touch(tensor: int, step: int, write: bool) -> None:
        use = uses.setdefault(schedule.root[tensor], _Use())
        start = schedule.shift[tensor]
        end = start + graph.tensors[tensor].bytes
        (use.writes if write else use.reads).append(_Touch(step, start, end, tensor))
        use.fixed = use.fixed or graph.tensors[tensor].variable

    for tensor in graph.inputs:
        touch(tensor, -1, True)
    for number, step in enumerate(schedule.steps):
        node = graph.nodes[step.node]
        for tensor, value in graph.used_inputs(node):
            if not value.is_const:
                touch(tensor, number, False)
        for tensor in node.outputs:
            touch(tensor, number, True)
    for tensor in graph.outputs:
        touch(tensor, count, False)
    for tensor, root in schedule.root.items():
        if root in uses:
            uses[root].size = max(uses[root].size, schedule.shift[tensor] + graph.tensors[tensor].bytes)
    return uses


def _rules(schedule: Schedule, uses: Mapping[int, _Use], count: int) -> Iterator[OverlapRule]:
    """The pairs of buffers of which the younger may overlap the older, with the least distance between them."""
    spans = {root: use.span(count) for root, use in uses.items() if use.writes and not use.fixed}
    slacks = [
        {(overlap.input, overlap.output): overlap.slack for overlap in step.call.overlaps} for step in schedule.steps
    ]
    rank = {root: number for number, root in enumerate(spans)}
    by_first = sorted(spans, key=lambda root: spans[root][0])
    firsts = [spans[root][0] for root in by_first]
    covered = {
        root: min((w.step for w in uses[root].writes if w.end == uses[root].size), default=count) for root in spans
    }
    late = [root for root in by_first if covered[root] > spans[root][0]]  # not written to the end by their first step
    for old, (_, old_last) in spans.items():
        use = uses[old]
        # Whoever writes its last byte before the first byte of `old` is read for the last time needs its whole size as
        # distance, which is no overlap. This leaves few of the buffers that are written while `old` is live.
        kept = max((read.step for read in use.reads if read.start == 0), default=0)
        after = max(write.step for write in use.writes) + 1
        young = by_first[bisect_left(firsts, max(after, kept)) : bisect_right(firsts, old_last)]
        young += [root for root in late if after <= spans[root][0] < kept and covered[root] >= kept]
        for root in sorted(set(young) - {old}, key=rank.__getitem__):
            slack = _distance(schedule, use, uses[root], slacks)
            if slack is not None and slack < uses[root].size:
                yield OverlapRule(("tensor", old), ("tensor", root), slack)


def _distance(
    schedule: Schedule, old: _Use, young: _Use, slacks: Sequence[Mapping[tuple[int, int], int]]
) -> int | None:
    """Least ``address of old - address of young`` that keeps every byte of `old` until it is read for the last time.

    The bytes that a step writes to `young` must end below those that later steps read of `old`. Where one step reads
    `old` and writes `young`, the overlap of its call gives the distance.

    Returns:
        Bytes, or None where the two must not overlap.
    """
    needed: list[int] = []
    for write in young.writes:
        for read in old.reads:
            if read.step > write.step:
                needed.append(write.end - read.start)
            elif read.step == write.step:
                slack = slacks[read.step].get((read.tensor, write.tensor))
                if slack is None:
                    return None
                needed.append(slack + schedule.shift[write.tensor] - schedule.shift[read.tensor])
    return max(needed, default=None)
