"""The memory planner against brute force on small problems, and against its checker and bounds on large ones."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from mcu_toolkit.compiler.plan import planner
from mcu_toolkit.compiler.plan.check import check
from mcu_toolkit.compiler.plan.problem import (
    Buffer,
    OverlapRule,
    PlanProblem,
    live_tensor_bound,
    overlap_bound,
)


def random_problem(seed: int, buffers: int, steps: int, unit: int = 4) -> PlanProblem:
    """Tensors with random lives, some scratch, and overlap rules between tensors that meet at one step."""
    rng = random.Random(seed)
    made = []
    for number in range(buffers):
        first = rng.randrange(steps)
        last = min(steps, first + rng.choice((0, 1, 1, 2, 5)))
        kind = "scratch" if rng.random() < 0.2 else "tensor"
        last = first if kind == "scratch" else last
        made.append(Buffer((kind, number), unit * rng.randrange(1, 9), first, last, unit))
    rules = tuple(
        OverlapRule(a.key, b.key, unit * rng.choice((0, 0, 1, 2, 5)))
        for a, b in itertools.permutations(made, 2)
        if a.key[0] == b.key[0] == "tensor" and a.last == b.first and a.first < b.first and rng.random() < 0.6
    )
    return PlanProblem(tuple(made), rules, steps)


def is_legal(problem: PlanProblem, offsets: tuple[int, ...]) -> bool:
    """The rules of a legal plan, written a third time, for offsets that are multiples of the alignment."""
    slack = {(r.input, r.output): r.slack for r in problem.rules}
    placed = list(zip(problem.buffers, offsets, strict=True))
    for (a, at_a), (b, at_b) in itertools.combinations(placed, 2):
        if a.last < b.first or b.last < a.first or at_a + a.size <= at_b or at_b + b.size <= at_a:
            continue
        one, two = slack.get((a.key, b.key)), slack.get((b.key, a.key))
        fine = one is not None and at_a - at_b >= one
        fine = fine or (two is not None and at_b - at_a >= two)
        if not fine:
            return False
    return True


def least_arena(problem: PlanProblem, limit: int) -> int:
    """The smallest arena, found by trying every placement."""
    best = limit
    unit = problem.buffers[0].align

    def extend(placed: tuple[int, ...], top: int) -> None:
        nonlocal best
        if len(placed) == len(problem.buffers):
            best = top
            return
        buffer = problem.buffers[len(placed)]
        part = replace(problem, buffers=problem.buffers[: len(placed) + 1])
        for at in range(0, best - buffer.size, unit):
            if is_legal(part, (*placed, at)):
                extend((*placed, at), max(top, at + buffer.size))

    extend((), 0)
    return best


@pytest.mark.parametrize("seed", range(30))
def test_small_plans_are_optimal(seed: int) -> None:
    problem = random_problem(seed, buffers=5, steps=4)
    plan = planner.plan(problem)
    check(plan, problem)
    assert plan.optimal
    assert plan.arena_bytes == least_arena(problem, plan.arena_bytes + 4)


@pytest.mark.parametrize("seed", range(20))
def test_large_plans_are_legal_and_not_below_their_bound(seed: int) -> None:
    problem = random_problem(seed, buffers=60, steps=25, unit=16)
    plan = planner.plan(problem)
    check(plan, problem)
    assert plan.arena_bytes >= plan.overlap_bound == overlap_bound(problem)
    assert plan.arena_bytes <= 1.25 * max(plan.no_overlap, plan.overlap_bound)


def test_plans_are_the_same_every_time() -> None:
    problem = random_problem(7, buffers=40, steps=12)
    assert planner.plan(problem) == planner.plan(problem)


def chain(sizes: list[int], slack: int) -> PlanProblem:
    """A chain of tensors, each computed from the previous one."""
    buffers = tuple(Buffer(("tensor", i), size, max(i - 1, 0), i) for i, size in enumerate(sizes))
    rules = tuple(OverlapRule(("tensor", i), ("tensor", i + 1), slack) for i in range(len(sizes) - 1))
    return PlanProblem(buffers, rules, len(sizes))


def test_in_place_chain_needs_one_tensor() -> None:
    plan = planner.plan(chain([1000, 1000, 1000, 1000], slack=0))
    assert (plan.arena_bytes, plan.no_overlap, plan.optimal) == (1000, 2000, True)


def test_the_bound_includes_shifts_by_overlaps() -> None:
    """Three overlaps of 100 bytes each shift the last tensor by 300 bytes; no plan can need less."""
    plan = planner.plan(chain([1000, 1000, 1000, 1000], slack=100))
    assert (plan.arena_bytes, plan.overlap_bound, plan.optimal) == (1300, 1300, True)


def test_live_tensor_bound_leaves_scratch_out() -> None:
    buffers = (Buffer(("tensor", 0), 100, 0, 0), Buffer(("scratch", 0), 50, 0, 0))
    problem = PlanProblem(buffers, (), 1)
    assert live_tensor_bound(problem) == 100
    assert planner.plan(problem).arena_bytes == 152  # aligned to 4
