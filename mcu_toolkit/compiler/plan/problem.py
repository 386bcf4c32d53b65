"""Data of the memory planner: the problem (`PlanProblem`), its solution (`MemoryPlan`), and bounds on the arena.

One arena holds every activation, variable and scratch. Time is counted in steps, one step per call. A buffer is live
from the step that writes it first to the step that reads it last, both included. Two buffers that are live at the same
step must not share a byte, unless the step's kernel permits it: an `OverlapRule` lets an output overwrite the part of
an input that the kernel does not read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

Key = tuple[str, int]
#: (input key, output key) → slack.
Rules = dict[tuple[Key, Key], int]


@dataclass(frozen=True)
class Buffer:
    """Bytes wanted in the arena.

    Attributes:
        key: unique name: ``("tensor", index)`` or ``("scratch", step)``.
        size: bytes, > 0.
        first: first step at which it is live.
        last: last step at which it is live, >= first.
        align: alignment of its offset in bytes.
    """

    key: Key
    size: int
    first: int
    last: int
    align: int = 4

    def live_with(self, other: Buffer) -> bool:
        """Whether both are live at some step."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class OverlapRule:
    """Buffer `output`, the younger, may overlap `input` while ``offset[input] - offset[output] >= slack``.

    At that distance no byte of `input` is overwritten before it is read for the last time.
    """

    input: Key
    output: Key
    slack: int


@dataclass(frozen=True)
class PlanProblem:
    """Input of the planner and of the checker.

    Attributes:
        buffers: the buffers to place.
        rules: permitted overlaps.
        steps: number of steps.
    """

    buffers: tuple[Buffer, ...]
    rules: tuple[OverlapRule, ...]
    steps: int


@dataclass(frozen=True)
class MemoryPlan:
    """Offset of each buffer in the arena.

    Attributes:
        offsets: byte offset in the arena by buffer key.
        arena_bytes: size of the arena.
        no_overlap: the live-tensor bound (without overlaps) in bytes: the largest sum of live tensors (scratch not
            counted) over all steps. Overlap can push the arena below it.
        overlap_bound: bytes below which no placement can go even with every permitted overlap (scratch
            counted).
        optimal: whether the placement is proved to be the best.
        align: alignment that the arena's address needs.
        peak_steps: steps at which a live buffer touches the top of the arena.
    """

    offsets: Mapping[Key, int]
    arena_bytes: int
    no_overlap: int
    overlap_bound: int
    optimal: bool
    align: int = 4
    peak_steps: tuple[int, ...] = field(default=())


def usable_rules(problem: PlanProblem) -> Rules:
    """The rules between two different buffers of the problem: (input key, output key) → slack."""
    buffers = {b.key: b for b in problem.buffers}
    rules: Rules = {}
    for rule in problem.rules:
        if rule.input in buffers and rule.output in buffers and rule.input != rule.output:
            rules[(rule.input, rule.output)] = rule.slack
    return rules


def live_sums(spans: Iterable[tuple[int, int, int]], steps: int) -> list[int]:
    """Sum of bytes at each of `steps` steps, in time linear in spans and steps.

    Args:
        spans: (first step, last step, bytes), both steps included and in range.
        steps: number of steps.
    """
    change = [0] * (steps + 1)
    for first, last, size in spans:
        change[first] += size
        change[last + 1] -= size
    return list(accumulate(change[:steps]))


def live_tensor_bound(problem: PlanProblem) -> int:
    """Largest sum in bytes of tensors (not scratch) live at one step: what a plan without overlap cannot
    beat."""
    spans = ((b.first, min(b.last, problem.steps - 1), b.size) for b in problem.buffers if b.key[0] == "tensor")
    return max(live_sums((span for span in spans if span[0] <= span[1]), problem.steps), default=0)


def overlap_bound(problem: PlanProblem) -> int:
    """A bound in bytes that holds for every legal placement, overlaps included.

    The greater of two bounds: of the bytes that the live buffers of one step cover (`step_bounds`), and of the shifts
    that overlaps add up to along a chain of tensors (`_drift_bound`).
    """
    return _drift_bound(problem, usable_rules(problem), max(step_bounds(problem), default=0))


def step_bounds(problem: PlanProblem) -> list[int]:
    """For each step, bytes that its live buffers cover in every legal placement.

    The bytes covered are at least the sum of the live buffers less what outputs may share with inputs.

    An output of size S shares with an input of size T at most min(S, T), and at most S - slack for a positive slack.
    """
    by_key = {b.key: b for b in problem.buffers}
    sharing: dict[Key, list[tuple[Buffer, int]]] = {}
    for (source, target), slack in usable_rules(problem).items():
        size = by_key[target].size
        sharing.setdefault(target, []).append((by_key[source], max(0, min(size, size - slack, by_key[source].size))))
    last_step = problem.steps - 1
    spans = [piece for b in problem.buffers for piece in _covered(b, sharing.get(b.key, ()))]
    return live_sums(((a, min(z, last_step), n) for a, z, n in spans if a <= min(z, last_step)), problem.steps)


def _covered(b: Buffer, sharing: Sequence[tuple[Buffer, int]]) -> Iterable[tuple[int, int, int]]:
    """(first step, last step, bytes) of the bytes that a buffer needs beside those it shares with live inputs."""
    change: dict[int, int] = {b.first: 0}
    for source, shared in sharing:
        first, last = max(b.first, source.first), min(b.last, source.last)
        if first <= last:
            change[first] = change.get(first, 0) + shared
            change[last + 1] = change.get(last + 1, 0) - shared
    starts = sorted(step for step in change if step <= b.last)
    shared = 0
    for first, after in zip(starts, [*starts[1:], b.last + 1], strict=True):
        shared += change[first]
        yield first, after - 1, max(0, b.size - shared)


def _drift_bound(problem: PlanProblem, rules: Rules, floor: int) -> int:
    """Least arena, from `floor` up, that leaves room for the overlaps that it makes necessary.

    In an arena that two buffers do not fit side by side they must overlap, so the input lies at least `slack` above the
    output. The longest chain of such distances, plus a buffer at its end, must fit too.
    """
    sizes = {b.key: b.size for b in problem.buffers}
    order = sorted(problem.buffers, key=lambda b: (-b.first, b.key))  # outputs before the inputs that lie above them
    sums = sorted({sizes[source] + sizes[target] for source, target in rules})
    arena = floor
    while True:
        height = {b.key: 0 for b in problem.buffers}
        above: dict[Key, list[tuple[Key, int]]] = {}
        for (source, target), slack in rules.items():
            if sizes[source] + sizes[target] > arena:
                above.setdefault(target, []).append((source, slack))
        for b in order:
            for source, slack in above.get(b.key, ()):
                height[source] = max(height[source], height[b.key] + slack)
        needed = max((height[key] + size for key, size in sizes.items()), default=0)
        if needed <= arena:
            return arena
        arena = min([needed, *(total for total in sums if total > arena)])
