"""The two checkers of memory plans refuse plans that overwrite data that is still needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit.compiler.call import Overlap, Parts
from mcu_toolkit.compiler.plan.check import check, check_execution
from mcu_toolkit.compiler.plan.problem import Buffer, MemoryPlan, OverlapRule, PlanProblem
from mcu_toolkit.compiler.plan.schedule import build_schedule
from mcu_toolkit.errors import CompileError
from tests.support.plan_graphs import call, chain_graph

TENSORS = ("tensor", 0), ("tensor", 1)


def plan(*offsets: int, arena: int = 300, scratch: int | None = None) -> MemoryPlan:
    placed = {("tensor", index): at for index, at in enumerate(offsets)}
    return MemoryPlan(placed if scratch is None else {**placed, ("scratch", 0): scratch}, arena, 0, 0, False)


@pytest.mark.parametrize(
    ("offsets", "arena"),
    [
        pytest.param({TENSORS[0]: 0, TENSORS[1]: 4}, 1000, id="overlap without enough slack"),
        pytest.param({TENSORS[0]: 8, TENSORS[1]: 2}, 1000, id="not aligned"),
        pytest.param({TENSORS[0]: 8, TENSORS[1]: 0}, 100, id="outside the arena"),
        pytest.param({TENSORS[0]: 8}, 1000, id="a buffer is missing"),
    ],
)
def test_rules_are_checked(offsets: dict[tuple[str, int], int], arena: int) -> None:
    buffers = Buffer(TENSORS[0], 100, 0, 0), Buffer(TENSORS[1], 100, 0, 1)
    problem = PlanProblem(buffers, (OverlapRule(*TENSORS, 8),), 2)
    good = plan(8, 0, arena=108)
    check(good, problem)
    with pytest.raises(CompileError):
        check(replace(good, offsets=offsets, arena_bytes=arena), problem)


def test_an_output_may_cover_its_input_only_at_the_distance_that_the_kernel_permits() -> None:
    graph = chain_graph(100, 100)
    schedule = build_schedule(graph, [call(Overlap(0, 1, 8))])
    check_execution(graph, schedule, plan(8, 0))
    check_execution(graph, schedule, plan(0, 100))
    with pytest.raises(CompileError, match="writes tensor 1 over its input 0 too early"):
        check_execution(graph, schedule, plan(4, 0))
    with pytest.raises(CompileError, match="too early"):
        check_execution(graph, build_schedule(graph, [call()]), plan(8, 0))


def test_a_tensor_that_is_still_to_be_read_must_not_be_overwritten() -> None:
    """Tensor 0 is read by the second node too."""
    graph = chain_graph(100, 100, 100)
    nodes = graph.nodes[0], replace(graph.nodes[1], inputs=(1, 0))
    graph = replace(graph, nodes=nodes)
    schedule = build_schedule(graph, [call(Overlap(0, 1, 0)), call()])
    check_execution(graph, schedule, plan(0, 100, 200))
    with pytest.raises(CompileError, match="overwrites tensor 0 before step 1"):
        check_execution(graph, schedule, plan(0, 0, 200))


def test_scratch_must_cover_neither_input_nor_output() -> None:
    graph = chain_graph(100, 100)
    schedule = build_schedule(graph, [call(scratch=50)])
    check_execution(graph, schedule, plan(0, 100, scratch=200))
    with pytest.raises(CompileError, match="overwrites tensor 0"):
        check_execution(graph, schedule, plan(0, 100, scratch=60))
    with pytest.raises(CompileError, match="over its scratch"):
        check_execution(graph, schedule, plan(0, 100, scratch=160))


def test_outputs_must_be_complete_at_the_end() -> None:
    graph = replace(chain_graph(100, 100, 100), outputs=(1, 2))
    schedule = build_schedule(graph, [call(), call(Overlap(1, 2, 0))])
    check_execution(graph, schedule, plan(0, 100, 200))
    with pytest.raises(CompileError, match="overwrites tensor 1 before the end"):
        check_execution(graph, schedule, plan(0, 100, 100))


def test_a_view_shares_the_bytes_of_its_tensor() -> None:
    """Tensor 1 is the second half of tensor 0."""
    graph = chain_graph(100, 50, 50)
    schedule = build_schedule(graph, [Parts(0, ((1, 50),)), call(Overlap(1, 2, 0))])
    check_execution(graph, schedule, replace(plan(0), offsets={("tensor", 0): 0, ("tensor", 2): 50}))
    with pytest.raises(CompileError, match="too early"):
        check_execution(graph, schedule, replace(plan(0), offsets={("tensor", 0): 0, ("tensor", 2): 80}))
