"""Chooses kernel variants and memory plan together.

The search starts from the first candidate of every node and exchanges some for candidates that need less RAM, as far
as the optimization goal asks for it: `speed` exchanges none; `balanced` stops at the live-tensor bound plus 5 %,
`flash` at that bound plus a quarter, and for both an arena of half the size is worth at most four times the cycles;
`ram` takes the fastest candidates that keep the arena within 8 % of the least that was found. What `balanced` may spend
for speed is in `compiler.plan.budget`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcu_toolkit.compiler.call import Call, Parts
from mcu_toolkit.compiler.plan import planner
from mcu_toolkit.compiler.plan.budget import Choice, affordable, purchases
from mcu_toolkit.compiler.plan.problem import MemoryPlan, PlanProblem
from mcu_toolkit.compiler.plan.schedule import Schedule, build_schedule, plan_problem
from mcu_toolkit.compiler.select import Candidate, Option
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.targets.target import Optimize, Target

#: Arena that a goal accepts, as a factor on the live-tensor bound.
_ACCEPTED = {Optimize.BALANCED: 1.05, Optimize.FLASH: 1.25}
#: These goals accept a smaller arena while the factor on the cycles is at most this power of the factor on the arena.
_WORTH = 2
#: Arena that `ram` accepts for faster variants, as a factor on the least arena found.
_RAM_SLACK = 1.08
#: Passes over the nodes at the peak of the arena.
_SWEEPS = 2
#: Steps of all plans that the search may make: some seconds. Only graphs of hundreds of nodes reach it, and keep the
#: best choice found so far. A count, not a time: every machine makes the same choice.
_MOST_STEPS = 60_000


@dataclass(frozen=True, eq=False)
class Assignment:
    """Calls with packed weights, their schedule, and their memory plan."""

    schedule: Schedule
    problem: PlanProblem
    plan: MemoryPlan


def assign(graph: Graph, options: Sequence[Option], target: Target) -> Assignment:
    """Pick a variant for each node and place all buffers.

    Args:
        graph: after all passes.
        options: one per node.
        target: instruction set, core and optimization goal.
    """
    balanced = target.optimize is Optimize.BALANCED
    search = _Search(graph, tuple(affordable(graph, options) if balanced else options), target)
    chosen = search.choices(search.run())
    if balanced:
        chosen = purchases(graph, chosen, options, search.place_calls)
    schedule = build_schedule(graph, [choice.packed if isinstance(choice, Candidate) else choice for choice in chosen])
    problem = plan_problem(graph, schedule, target)
    return Assignment(schedule, problem, planner.plan(problem))


@dataclass(frozen=True, eq=False)
class Estimate:
    """A quick plan of a graph with lean variants, and the estimated cycles of the fastest ones."""

    schedule: Schedule
    problem: PlanProblem
    plan: MemoryPlan
    cycles: int


def estimate(graph: Graph, options: Sequence[Option], target: Target) -> Estimate:
    """Estimate the least RAM of a graph quickly; `assign` finds the same or less."""
    search = _Search(graph, tuple(options), target)
    picks = search.leanest_start()
    schedule = build_schedule(graph, search.calls(picks))
    problem = plan_problem(graph, schedule, target)
    cycles = sum(search.cycles(node, 0) for node in range(len(options)))
    return Estimate(schedule, problem, planner.plan(problem, rounds=0), cycles)


class _Search:
    """Search for a candidate of each node; `picks` are indices into the options."""

    def __init__(self, graph: Graph, options: tuple[Option, ...], target: Target) -> None:
        self.graph = graph
        self.options = options
        self.target = target
        self.steps = 0

    @property
    def spent(self) -> bool:
        """Whether the search has used up its budget."""
        return self.steps > _MOST_STEPS

    def run(self) -> list[int]:
        fastest = [0] * len(self.options)
        if self.target.optimize is Optimize.SPEED or not any(self.variants(i) > 1 for i in range(len(fastest))):
            return fastest
        plan = self.place(fastest)
        budget = int(plan.no_overlap * _ACCEPTED.get(self.target.optimize, 0))
        if plan.arena_bytes <= budget:
            return fastest
        picks = self.descend(self.leanest_start(), budget)
        least = self.place(picks).arena_bytes
        if not budget:
            return self.quicken(picks, int(least * _RAM_SLACK))
        picks = self.quicken(picks, max(budget, least))
        if self.slower(picks, fastest) <= (plan.arena_bytes / self.place(picks).arena_bytes) ** _WORTH:
            return picks
        picks = self.descend(fastest, budget, worth=_WORTH)
        return self.quicken(picks, max(budget, self.place(picks).arena_bytes))

    def slower(self, picks: Sequence[int], than: Sequence[int]) -> float:
        """The factor on the cycles of one inference between two choices."""
        return self.total_cycles(picks) / max(self.total_cycles(than), 1)

    def total_cycles(self, picks: Sequence[int]) -> int:
        """Estimated cycles of one inference."""
        return sum(self.cycles(node, pick) for node, pick in enumerate(picks))

    def leanest_start(self) -> list[int]:
        """The best of three simple choices: fastest, least scratch plus distance, least distance."""
        nodes = range(len(self.options))
        starts = [[0 for _ in nodes], [self.least(i, _appetite) for i in nodes], [self.least(i, _slack) for i in nodes]]
        unique = [picks for number, picks in enumerate(starts) if picks not in starts[:number]]
        return min(unique, key=lambda picks: self.place(picks).arena_bytes) if len(unique) > 1 else unique[0]

    def descend(self, picks: list[int], budget: int, worth: int | None = None) -> list[int]:
        """Exchange candidates of the nodes at the arena's peak while that lowers the peak.

        Args:
            picks: where to start.
            budget: arena in bytes at which to stop.
            worth: as `_WORTH`, against the start; None where every smaller arena is worth its cycles.
        """
        plan = self.place(picks)
        first, start = picks, plan.arena_bytes
        for _ in range(_SWEEPS):
            before = plan.arena_bytes
            steps = build_schedule(self.graph, self.calls(picks)).steps
            for node in sorted({steps[number].node for number in plan.peak_steps if number < len(steps)}):
                for pick in range(self.variants(node)):
                    if self.spent or plan.arena_bytes <= budget:
                        return picks
                    trial = [*picks[:node], pick, *picks[node + 1 :]]
                    placed = self.place(trial)
                    if placed.arena_bytes >= plan.arena_bytes:
                        continue
                    if worth is None or self.slower(trial, first) <= (start / placed.arena_bytes) ** worth:
                        picks, plan = trial, placed
            if plan.arena_bytes == before:
                break
        return picks

    def variants(self, node: int) -> int:
        option = self.options[node]
        return len(option) if isinstance(option, tuple) else 1

    def cycles(self, node: int, pick: int) -> int:
        option = self.options[node]
        return option[pick].cycles if isinstance(option, tuple) else 0

    def least(self, node: int, measure: Callable[[Candidate], int]) -> int:
        """The candidate of a node with the least measure; of equal ones the cheapest."""
        option = self.options[node]
        return min(range(len(option)), key=lambda i: (measure(option[i]), i)) if isinstance(option, tuple) else 0

    def quicken(self, picks: list[int], budget: int) -> list[int]:
        """Take the cheapest candidate of each node that keeps the arena within the budget, greatest gain first."""
        order = sorted(range(len(picks)), key=lambda i: self.cycles(i, 0) - self.cycles(i, picks[i]))
        for node in order:
            for faster in range(0 if self.spent else picks[node]):
                trial = [*picks[:node], faster, *picks[node + 1 :]]
                if self.place(trial).arena_bytes <= budget:
                    picks = trial
                    break
        return picks

    def place(self, picks: Sequence[int]) -> MemoryPlan:
        """A quick plan; the final plan is as small or smaller."""
        return self.place_calls(self.calls(picks))

    def place_calls(self, calls: Sequence[Call | Parts]) -> MemoryPlan:
        """The same for the calls of all nodes."""
        schedule = build_schedule(self.graph, calls)
        self.steps += len(schedule.steps)
        return planner.plan(plan_problem(self.graph, schedule, self.target), rounds=0)

    def choices(self, picks: Sequence[int]) -> list[Choice]:
        """The candidates of these picks."""
        return [
            option[pick] if isinstance(option, tuple) else option
            for option, pick in zip(self.options, picks, strict=True)
        ]

    def calls(self, picks: Sequence[int]) -> list[Call | Parts]:
        """What the nodes become with these picks; weights are not packed."""
        return [choice.call if isinstance(choice, Candidate) else choice for choice in self.choices(picks)]


def _slack(candidate: Candidate) -> int:
    """Bytes by which output and input must be apart at the best placement: of the input that the output may cover."""
    request, overlaps = candidate.request, candidate.call.overlaps
    if not overlaps:
        return min(request.data.bytes, sum(request.graph.tensors[index].bytes for index in request.node.outputs))
    tensors = request.graph.tensors
    return min(max(0, min(o.slack, tensors[o.input].bytes, tensors[o.output].bytes)) for o in overlaps)


def _appetite(candidate: Candidate) -> int:
    """Bytes that a variant costs beyond its input and output at the best placement."""
    return candidate.call.scratch_bytes + _slack(candidate)
