"""Steps and the planner's input: live ranges, views inside the tensors that hold them, offsets of overlaps."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.call import Overlap, Parts
from mcu_toolkit.compiler.plan.problem import Buffer, OverlapRule
from mcu_toolkit.compiler.plan.schedule import build_schedule, plan_problem
from mcu_toolkit.targets.isa import MVE, PORTABLE
from mcu_toolkit.targets.target import Target
from tests.support.plan_graphs import call, chain_graph

TARGET = Target(PORTABLE, "host")


def test_buffers_live_from_the_first_write_to_the_last_read() -> None:
    graph = chain_graph(100, 60, 20)
    problem = plan_problem(graph, build_schedule(graph, [call(scratch=10), call()]), TARGET)
    assert problem.buffers == (
        Buffer(("tensor", 0), 100, 0, 0),
        Buffer(("tensor", 1), 60, 0, 1),
        Buffer(("tensor", 2), 20, 1, 2),
        Buffer(("scratch", 0), 10, 0, 0),
    )


def test_alignments_are_those_of_the_instruction_set_and_of_the_call() -> None:
    graph = chain_graph(100, 60)
    made = replace(call(scratch=10), scratch_align=8)
    problem = plan_problem(graph, build_schedule(graph, [made]), Target(MVE, "cortex-m55"))
    assert [buffer.align for buffer in problem.buffers] == [MVE.tensor_align, MVE.tensor_align, 8]


def test_a_view_has_no_step_and_no_buffer() -> None:
    graph = chain_graph(100, 40, 40)
    schedule = build_schedule(graph, [Parts(0, ((1, 60),)), call()])
    assert (len(schedule.steps), schedule.root[1], schedule.shift[1]) == (1, 0, 60)
    assert [buffer.key for buffer in plan_problem(graph, schedule, TARGET).buffers] == [("tensor", 0), ("tensor", 2)]


def test_an_overlap_of_a_view_is_shifted_to_the_buffer() -> None:
    """The output may cover the view in place; the view starts at byte 60 of its buffer."""
    graph = chain_graph(100, 40, 40)
    schedule = build_schedule(graph, [Parts(0, ((1, 60),)), call(Overlap(1, 2, 0))])
    assert plan_problem(graph, schedule, TARGET).rules == (OverlapRule(("tensor", 0), ("tensor", 2), -60),)


def test_without_permission_there_is_no_rule() -> None:
    graph = chain_graph(100, 40)
    assert plan_problem(graph, build_schedule(graph, [call()]), TARGET).rules == ()


def test_model_outputs_stay_to_the_end() -> None:
    graph = replace(chain_graph(100, 60, 20), outputs=(1, 2))
    problem = plan_problem(graph, build_schedule(graph, [call(), call(Overlap(1, 2, 0))]), TARGET)
    assert problem.buffers[1].last == 2
    assert problem.rules == ()  # tensor 1 is read after the last step, so tensor 2 may not cover it
