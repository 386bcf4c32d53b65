"""The independent checker of memory plans: it shares no code with the planner and runs in every build."""

from __future__ import annotations

from mcu_toolkit.compiler.plan import Plan, PlanProblem
from mcu_toolkit.errors import CompileError


def check(plan: Plan, problem: PlanProblem) -> None:
    """Prove that a plan is legal.

    Every buffer has an aligned place inside the arena, and no two buffers that are live at one step share a
    byte, unless a rule says that one is an output that may overlap the other, an input read for the last time
    at that step, and their distance is at least the rule's slack.

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
    for i, a in enumerate(problem.buffers):
        for b in problem.buffers[i + 1 :]:
            at_a, at_b = plan.offsets[a.key], plan.offsets[b.key]
            if a.first > b.last or b.first > a.last or at_a + a.size <= at_b or at_b + b.size <= at_a:
                continue
            a_to_b, b_to_a = allowed.get((a.key, b.key)), allowed.get((b.key, a.key))
            if a_to_b is not None and a.last == b.first and at_a - at_b >= a_to_b:
                continue
            if b_to_a is not None and b.last == a.first and at_b - at_a >= b_to_a:
                continue
            raise CompileError(f"the memory plan lets {a.key} and {b.key} share bytes while both are live")
