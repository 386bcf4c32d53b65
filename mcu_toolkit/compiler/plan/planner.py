"""The memory planner: places buffers in the arena so that the arena is as small as possible.

This is dynamic storage allocation (NP-hard) with one more freedom: where its kernel permits it, an output may partly
overlap an input that is read for the last time ("diagonal" overlap). Three deterministic stages; each stops as soon as
the result meets a bound:

1. lowest-fit in several orders;
2. squeaky-wheel search (Joslin and Clements, 1999): buffers at the top of the arena move forward in the order;
3. branch and bound over placements in order of rising offset, exact when it ends within its budget of nodes.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from mcu_toolkit.compiler.plan.problem import (
    Buffer,
    MemoryPlan,
    PlanProblem,
    live_sums,
    live_tensor_bound,
    overlap_bound,
    usable_rules,
)

Key = tuple[str, int]

#: Steps from which the first orders start.
_STARTS = 3
#: Placements that the squeaky-wheel search tries.
_SEARCH_ROUNDS = 600
#: Nodes that branch and bound may visit, and buffers above which it is not tried.
_EXACT_NODES = 20_000
_EXACT_BUFFERS = 24
#: Conflicts that the orders and the squeaky-wheel search may look at: some seconds. Only graphs of thousands of nodes
#: reach it. A count, not a time: every machine finds the same plan.
_MOST_VISITS = 6_000_000


@dataclass(frozen=True)
class _Pairs:
    """The problem with buffers numbered: for each buffer, the buffers that it conflicts with and how."""

    buffers: tuple[Buffer, ...]
    # plain[p] = (q, ...): no byte in common
    plain: tuple[tuple[int, ...], ...]
    # ruled[p] = ((q, slack where p is the input of q, slack where p is the output of q), ...)
    ruled: tuple[tuple[tuple[int, int | None, int | None], ...], ...]
    bound: int
    exact_rules: bool

    @property
    def visits(self) -> int:
        """Conflicts that one placement of all buffers looks at."""
        return len(self.buffers) + sum(map(len, self.plain)) + sum(map(len, self.ruled))


def plan(problem: PlanProblem, rounds: int = _SEARCH_ROUNDS) -> MemoryPlan:
    """Place all buffers.

    Args:
        problem: buffers, permitted overlaps, steps.
        rounds: placements that the search may try; 0 for a quick plan in simple orders, without any search.

    Returns:
        The best plan found. `MemoryPlan.optimal` says whether it is proved best.
    """
    pairs = _index(problem)
    offsets, proved = _solve(pairs, rounds)
    arena = _top(pairs, offsets)
    align = max((b.align for b in problem.buffers), default=4)
    peaks = {
        step
        for b, at in zip(pairs.buffers, offsets, strict=True)
        if at + b.size == arena
        for step in range(b.first, b.last + 1)
    }
    return MemoryPlan(
        offsets={b.key: at for b, at in zip(pairs.buffers, offsets, strict=True)},
        arena_bytes=-(-arena // align) * align,
        no_overlap=live_tensor_bound(problem),
        overlap_bound=pairs.bound,
        optimal=proved,
        align=align,
        peak_steps=tuple(sorted(peaks)),
    )


def _index(problem: PlanProblem) -> _Pairs:
    buffers = problem.buffers
    rules = usable_rules(problem)
    plain: list[list[int]] = [[] for _ in buffers]
    ruled: list[list[tuple[int, int | None, int | None]]] = [[] for _ in buffers]
    order = sorted(range(len(buffers)), key=lambda i: buffers[i].first)
    firsts = [buffers[i].first for i in order]
    for place, i in enumerate(order):
        p = buffers[i]
        for j in order[place + 1 : bisect_right(firsts, p.last)]:  # starts while p is live
            ours, theirs = rules.get((p.key, buffers[j].key)), rules.get((buffers[j].key, p.key))
            if ours is None and theirs is None:
                plain[i].append(j)
                plain[j].append(i)
            else:
                ruled[i].append((j, ours, theirs))
                ruled[j].append((i, theirs, ours))
    exact_rules = all(slack >= 0 for slack in rules.values())
    return _Pairs(buffers, tuple(map(tuple, plain)), tuple(map(tuple, ruled)), overlap_bound(problem), exact_rules)


def _top(pairs: _Pairs, offsets: Sequence[int]) -> int:
    return max((at + b.size for b, at in zip(pairs.buffers, offsets, strict=True)), default=0)


def _lowest(pairs: _Pairs, index: int, offsets: Sequence[int], floor: int = 0) -> int:
    """Lowest legal offset, at least `floor`, for a buffer among those placed (offset >= 0)."""
    size, align = pairs.buffers[index].size, pairs.buffers[index].align
    blocked: list[tuple[int, int]] = []  # offsets from .. to - 1 are illegal
    for other in pairs.plain[index]:
        at = offsets[other]
        if at >= 0:
            blocked.append((at - size + 1, at + pairs.buffers[other].size))
    for other, as_input, as_output in pairs.ruled[index]:
        at = offsets[other]
        if at < 0:
            continue
        first, end = at - size + 1, at + pairs.buffers[other].size
        if as_input is not None:
            end = min(end, at + as_input)
        if as_output is not None:
            first = max(first, at - as_output + 1)
        if first < end:
            blocked.append((first, end))
    blocked.sort()
    place = -(-floor // align) * align
    for first, end in blocked:
        if first > place:
            break
        if end > place:
            place = -(-end // align) * align
    return place


def _fit(pairs: _Pairs, order: Sequence[int]) -> list[int]:
    """Offsets when the buffers are placed in this order, each as low as it can go."""
    offsets = [-1] * len(pairs.buffers)
    for index in order:
        offsets[index] = _lowest(pairs, index, offsets)
    return offsets


def _solve(pairs: _Pairs, rounds: int) -> tuple[list[int], bool]:
    best: list[int] = [0] * len(pairs.buffers)
    best_order: list[int] = []
    # Each buffer of a placement costs as much as some visits, even where it overlaps with few others.
    affordable = max(1, _MOST_VISITS // max(pairs.visits + 8 * len(pairs.buffers), 1))
    for order in _first_orders(pairs)[:affordable]:
        offsets = _fit(pairs, order)
        if not best_order or _top(pairs, offsets) < _top(pairs, best):
            best, best_order = offsets, order
    if _top(pairs, best) <= pairs.bound:
        return best, True
    best = _squeaky_wheel(pairs, best_order, best, min(rounds, affordable))
    if _top(pairs, best) <= pairs.bound:
        return best, True
    if rounds == 0 or len(pairs.buffers) > _EXACT_BUFFERS:
        return best, False
    search = _Exact(pairs, best)
    search.run()
    return search.best, search.nodes <= _EXACT_NODES and pairs.exact_rules


def _first_orders(pairs: _Pairs) -> list[list[int]]:
    """Simple orders. Of equal buffers the younger goes first: it lies below the older one that it may overlap."""
    every = range(len(pairs.buffers))
    b = pairs.buffers
    orders = [
        sorted(every, key=lambda i: (-b[i].size, -b[i].first, i)),
        sorted(every, key=lambda i: (-b[i].first, -b[i].size, i)),
        sorted(every, key=lambda i: (-(b[i].last - b[i].first + 1) * b[i].size, -b[i].first, i)),
        sorted(every, key=lambda i: (-(b[i].last - b[i].first), -b[i].size, -b[i].first, i)),
        sorted(every, key=lambda i: (b[i].first, -b[i].size, i)),
        sorted(every, key=lambda i: (-b[i].last, -b[i].size, i)),
    ]
    orders += [
        sorted(every, key=lambda i: (_distance(b[i], step), -b[i].size, -b[i].first, i)) for step in _full_steps(pairs)
    ]
    return [*orders, _scratch_first(pairs, orders[0])]


def _scratch_first(pairs: _Pairs, order: Sequence[int]) -> list[int]:
    """The order with the scratch of each step ahead of the tensor that the step makes, but for the first tensor.

    A tensor that lies over its input then leaves room for scratch below it, where that of the step before was.
    """
    tensors = [i for i in order if pairs.buffers[i].key[0] != "scratch"]
    waiting: dict[int, list[int]] = {}  # scratch by the step that needs it
    for i in order:
        if pairs.buffers[i].key[0] == "scratch":
            waiting.setdefault(pairs.buffers[i].first, []).append(i)
    found = tensors[:1]
    for tensor in tensors[1:]:
        found += [*waiting.pop(pairs.buffers[tensor].first, ()), tensor]
    left = {i for scratch in waiting.values() for i in scratch}
    return found + [i for i in order if i in left]


def _full_steps(pairs: _Pairs) -> list[int]:
    """The `_STARTS` steps with the most live bytes, the fullest first: placing starts there and continues outward."""
    last = max((b.last for b in pairs.buffers), default=0)
    sums = live_sums(((b.first, b.last, b.size) for b in pairs.buffers), last + 1)
    return sorted(range(last + 1), key=lambda step: (-sums[step], step))[:_STARTS]


def _distance(b: Buffer, step: int) -> int:
    """Number of steps between a step and the steps at which a buffer is live."""
    return max(b.first - step, step - b.last, 0)


def _squeaky_wheel(pairs: _Pairs, order: list[int], best: list[int], rounds: int) -> list[int]:
    """Move buffers at the top of the arena forward in the order, sometimes a random one. Seeded: repeatable."""
    chance = random.Random(1)
    best_top = current_top = _top(pairs, best)
    current, offsets, since = list(order), list(best), 0
    for _ in range(rounds):
        trial = list(current)
        peak = _top(pairs, offsets)
        high = [i for i in trial if offsets[i] + pairs.buffers[i].size == peak]
        mover = chance.choice(high) if chance.random() < 0.7 else chance.choice(trial)
        place = trial.index(mover)
        trial.pop(place)
        trial.insert(chance.randrange(max(place, 1)), mover)
        placed = _fit(pairs, trial)
        top = _top(pairs, placed)
        since += 1
        if top <= current_top or since > 40:
            current, offsets, current_top, since = trial, placed, top, 0
        if top < best_top:
            best, best_top = placed, top
            if top <= pairs.bound:
                break
    return best


class _Exact:
    """Branch and bound.

    At least one best placement, sorted by offset, is reached by giving each buffer in turn its lowest legal offset not
    below its predecessor's (every buffer of a compacted placement rests on one below it, or on 0). So it is enough to
    try the orders in which offsets do not fall, and to stop where a buffer not yet placed can no longer fit.
    """

    def __init__(self, pairs: _Pairs, best: list[int]) -> None:
        self.pairs = pairs
        self.best = best
        self.best_top = _top(pairs, best)
        self.nodes = 0

    def run(self) -> None:
        self._extend([-1] * len(self.pairs.buffers), 0, 0)

    def _extend(self, offsets: list[int], placed: int, floor: int) -> None:
        self.nodes += 1
        if self.nodes > _EXACT_NODES or self.best_top <= self.pairs.bound:
            return
        buffers = self.pairs.buffers
        if placed == len(buffers):
            self.best, self.best_top = list(offsets), _top(self.pairs, offsets)
            return
        options = []
        for index in range(len(buffers)):
            if offsets[index] >= 0:
                continue
            at = _lowest(self.pairs, index, offsets, floor)
            if at + buffers[index].size >= self.best_top:
                return
            options.append((at, -buffers[index].size, index))
        for at, _, index in sorted(options):
            if at + buffers[index].size >= self.best_top:
                continue
            offsets[index] = at
            self._extend(offsets, placed + 1, at)
            offsets[index] = -1
