"""Kernels and memory chosen together: the fastest variants first, leaner ones where they cost too much RAM.

What is too much depends on the user's choice. `balanced` allows the live-tensor bound plus five per cent, `ram` wants
the least arena and takes the fastest kernels that keep it, `speed` lets the arena be what the fastest kernels need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcu_toolkit.compiler import planner
from mcu_toolkit.compiler.call import Alias, Call, Parts
from mcu_toolkit.compiler.plan import Plan, PlanProblem
from mcu_toolkit.compiler.schedule import Schedule, build_schedule, plan_problem
from mcu_toolkit.compiler.select import Choice
from mcu_toolkit.compiler.site import Optimize, Target
from mcu_toolkit.graph.ir import Graph

#: What a node may become: a fixed call, nothing, or one of several kernel variants, fastest first.
Option = Call | Alias | Parts | tuple[Choice, ...]

#: The arena that `balanced` accepts, as a factor on the live-tensor bound.
_BALANCED_SLACK = 1.05


@dataclass(frozen=True, eq=False)
class Assignment:
    """Calls with packed weights, their schedule, and the plan that goes with them."""

    lowered: tuple[Call | Alias | Parts, ...]
    schedule: Schedule
    problem: PlanProblem
    plan: Plan


def assign(graph: Graph, options: Sequence[Option], target: Target) -> Assignment:
    """Pick a variant for each node and place all buffers.

    Args:
        graph: after all passes.
        options: one a node.
        target: the core, and what the user wants least of.
    """
    picks = _Search(graph, tuple(options), target).run()
    lowered = tuple(
        option[pick].finish() if isinstance(option, tuple) else option
        for option, pick in zip(options, picks, strict=True)
    )
    schedule = build_schedule(graph, lowered)
    problem = plan_problem(graph, schedule, target)
    return Assignment(lowered, schedule, problem, planner.plan(problem))


class _Search:
    """Which variant for which node; `picks` are indices into the options."""

    def __init__(self, graph: Graph, options: tuple[Option, ...], target: Target) -> None:
        self.graph = graph
        self.options = options
        self.target = target

    def run(self) -> list[int]:
        fastest = [0] * len(self.options)
        if self.target.optimize is Optimize.SPEED or not any(self.variants(i) > 1 for i in range(len(fastest))):
            return fastest
        plan = self.place(fastest)
        budget = 0
        if self.target.optimize is Optimize.BALANCED:
            budget = int(plan.lower_bound * _BALANCED_SLACK)
        if plan.arena_bytes <= max(budget, plan.overlap_bound):
            return fastest
        leanest = [self.leanest(i) for i in range(len(self.options))]
        floor = self.place(leanest).arena_bytes
        if floor >= plan.arena_bytes:
            return fastest
        return self.quicken(leanest, max(budget, floor))

    def variants(self, node: int) -> int:
        option = self.options[node]
        return len(option) if isinstance(option, tuple) else 1

    def cost(self, node: int, pick: int) -> int:
        option = self.options[node]
        return option[pick].call.cost if isinstance(option, tuple) else 0

    def leanest(self, node: int) -> int:
        """The variant that asks least of the arena; of equals the fastest."""
        option = self.options[node]
        return min(range(len(option)), key=lambda i: (_appetite(option[i]), i)) if isinstance(option, tuple) else 0

    def quicken(self, picks: list[int], budget: int) -> list[int]:
        """The fastest variant for each node that keeps the arena within the budget, greatest gain first."""
        order = sorted(range(len(picks)), key=lambda i: self.cost(i, 0) - self.cost(i, picks[i]))
        for node in order:
            for faster in range(picks[node]):
                trial = [*picks[:node], faster, *picks[node + 1 :]]
                if self.place(trial).arena_bytes <= budget:
                    picks = trial
                    break
        return picks

    def place(self, picks: Sequence[int]) -> Plan:
        """A quick plan; the final one can only be better."""
        lowered = [
            option[pick].call if isinstance(option, tuple) else option
            for option, pick in zip(self.options, picks, strict=True)
        ]
        schedule = build_schedule(self.graph, lowered)
        return planner.plan(plan_problem(self.graph, schedule, self.target), rounds=0)


def _appetite(choice: Choice) -> int:
    """Bytes that a variant costs beyond its input and output at the best placement."""
    slack = min((overlap.slack for overlap in choice.call.overlaps), default=None)
    site = choice.use.site
    apart = min(site.in_h * site.in_w * site.in_c, site.out_h * site.out_w * site.out_c)
    return choice.call.scratch_bytes + (apart if slack is None else max(0, min(slack, apart)))
