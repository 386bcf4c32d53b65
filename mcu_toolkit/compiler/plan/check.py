"""Two checkers of memory plans. They share no code with the planner and run in every build."""

from __future__ import annotations

from bisect import bisect_right

from mcu_toolkit.compiler.plan.problem import Buffer, MemoryPlan, PlanProblem
from mcu_toolkit.compiler.plan.schedule import Schedule, Step
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph


def check(plan: MemoryPlan, problem: PlanProblem) -> None:
    """Prove that a plan follows the rules of its problem.

    Every buffer has an aligned place inside the arena, and no two buffers that are live at one step share a
    byte, unless a rule says that one may overlap the other and their distance is at least the rule's slack.
    `check_execution` proves that the rules themselves hold.

    Raises:
        CompileError: naming the buffers concerned.
    """
    if {b.key for b in problem.buffers} != set(plan.offsets) or len(problem.buffers) != len(plan.offsets):
        raise CompileError("the memory plan does not place exactly the buffers that were asked for")
    for b in problem.buffers:
        start = plan.offsets[b.key]
        if start < 0 or start % b.align or start + b.size > plan.arena_bytes or plan.align % b.align:
            raise CompileError(f"the memory plan puts {b.key} of {b.size} bytes at {start}, which is not legal")
    allowed = {(r.input, r.output): r.slack for r in problem.rules}
    live: list[Buffer] = []
    for b in sorted(problem.buffers, key=lambda b: b.first):
        live = [a for a in live if a.last >= b.first]
        for a in live:
            at_a, at_b = plan.offsets[a.key], plan.offsets[b.key]
            if at_a + a.size <= at_b or at_b + b.size <= at_a:
                continue
            a_to_b, b_to_a = allowed.get((a.key, b.key)), allowed.get((b.key, a.key))
            if a_to_b is not None and at_a - at_b >= a_to_b:
                continue
            if b_to_a is not None and at_b - at_a >= b_to_a:
                continue
            raise CompileError(f"the memory plan lets {a.key} and {b.key} share bytes while both are live")
        live.append(b)


def check_execution(graph: Graph, schedule: Schedule, plan: MemoryPlan) -> None:
    """Prove a plan by simulating one inference, without live ranges or rules.

    The simulation records for each byte of the arena which byte of which tensor it holds. A step must find every byte
    of its inputs, its scratch must touch neither inputs nor outputs, and where an output covers an input the kernel
    must permit the distance. Model outputs and variables must be complete at the end.

    Raises:
        CompileError: naming the step and the tensor.
    """
    arena = _Arena(graph, schedule, plan)
    arena.begin()
    for number, step in enumerate(schedule.steps):
        arena.run(number, step)
    arena.end()


#: Who owns some bytes of the arena: the root tensor of a buffer, or -2 - step for the scratch of a step.
_NOBODY = -1


class _Segments:
    """The bytes of the arena as segments: start → (owner, offset in the owner's buffer of the segment's first byte).

    Memory and time depend on the number of buffers and not on their sizes.
    """

    def __init__(self) -> None:
        self.starts = [0]
        self.held = [(_NOBODY, 0)]

    def _cut(self, at: int) -> int:
        """Number of the segment that starts at a byte, after splitting the one that holds it."""
        number = bisect_right(self.starts, at) - 1
        start = self.starts[number]
        if start == at:
            return number
        owner, offset = self.held[number]
        self.starts.insert(number + 1, at)
        self.held.insert(number + 1, (owner, offset + at - start))
        return number + 1

    def write(self, span: range, owner: int, offset: int) -> None:
        """Give the bytes of a span to an owner; the first is byte `offset` of its buffer."""
        if span:
            self._cut(span.stop)
            first, end = self._cut(span.start), self._cut(span.stop)
            self.starts[first:end] = [span.start]
            self.held[first:end] = [(owner, offset)]

    def holds(self, span: range, owner: int, offset: int) -> bool:
        """Whether every byte of a span is what `write` with the same arguments gives."""
        number, shift = bisect_right(self.starts, span.start) - 1, offset - span.start
        while span and number < len(self.starts) and self.starts[number] < span.stop:
            start = self.starts[number]
            if self.held[number] != (owner, start + shift):
                return False
            number += 1
        return True

    def owners(self, span: range) -> set[int]:
        """The owners of the bytes of a span."""
        first = bisect_right(self.starts, span.start) - 1
        last = bisect_right(self.starts, span.stop - 1) if span else first
        return {owner for owner, _ in self.held[first:last]}


class _Arena:
    """The arena during the simulation."""

    def __init__(self, graph: Graph, schedule: Schedule, plan: MemoryPlan) -> None:
        self.graph, self.schedule, self.plan = graph, schedule, plan
        self.bytes = _Segments()
        self.variables = [i for i, t in enumerate(graph.tensors) if t.variable and schedule.key(i) in plan.offsets]

    def span(self, tensor: int) -> range:
        start = self.schedule.address(self.plan, tensor)
        return range(start, start + self.graph.tensors[tensor].bytes)

    def write(self, tensor: int) -> None:
        self.bytes.write(self.span(tensor), self.schedule.root[tensor], self.schedule.shift[tensor])

    def expect(self, tensor: int, when: str) -> None:
        if not self.bytes.holds(self.span(tensor), self.schedule.root[tensor], self.schedule.shift[tensor]):
            raise CompileError(f"the memory plan overwrites tensor {tensor} before {when}")

    def begin(self) -> None:
        for tensor in (*self.variables, *self.graph.inputs):
            self.write(tensor)
        for tensor in (*self.variables, *self.graph.inputs):
            self.expect(tensor, "the first step")

    def run(self, number: int, step: Step) -> None:
        node = self.graph.nodes[step.node]
        inputs = [index for index, tensor in self.graph.used_inputs(node) if not tensor.is_const]
        for tensor in inputs:
            self.expect(tensor, f"step {number}")
        if step.call.scratch_bytes:
            start = self.plan.offsets[("scratch", number)]
            self.bytes.write(range(start, start + step.call.scratch_bytes), -2 - number, 0)
            for tensor in inputs:
                self.expect(tensor, f"step {number}, whose scratch covers it")
        permitted = {(o.input, o.output): o.slack for o in step.call.overlaps}
        for output in node.outputs:
            span = self.span(output)
            for tensor in inputs:
                other = self.span(tensor)
                apart = span.stop <= other.start or other.stop <= span.start
                slack = permitted.get((tensor, output))
                if not apart and (slack is None or other.start - span.start < slack):
                    raise CompileError(f"step {number} writes tensor {output} over its input {tensor} too early")
            if step.call.scratch_bytes and -2 - number in self.bytes.owners(span):
                raise CompileError(f"step {number} writes tensor {output} over its scratch")
        for output in node.outputs:
            self.write(output)
        for output in node.outputs:
            self.expect(output, f"the end of step {number}")

    def end(self) -> None:
        for tensor in (*self.graph.outputs, *self.variables):
            self.expect(tensor, "the end")
