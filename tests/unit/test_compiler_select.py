"""Candidates: sorted by cost, without variants that another one dominates; an error where there is none."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from mcu_toolkit.compiler import select
from mcu_toolkit.compiler.call import Call, Overlap
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.rates import Rates
from mcu_toolkit.compiler.select import Selector, accepting, candidates
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.attrs import Arithmetic
from mcu_toolkit.graph.ir import DType, Graph, Node, Quant, Tensor
from mcu_toolkit.targets.isa import DSP, MVE, PORTABLE, Isa
from mcu_toolkit.targets.target import Optimize, Target

SPECIAL = Isa(id="special", name="made up")


def request(isa: Isa, elements: int = 64) -> Request:
    """An ADD of two activations, for the goal speed: balanced keeps slower variants, whose code others may share."""
    quant = Quant(np.array([0.1], np.float32), np.array([0], np.int64))
    tensors = tuple(Tensor(name, (1, elements), DType.INT8, quant) for name in "abc")
    node = Node("ADD", (0, 1), (2,), Arithmetic(), 0)
    return Request(Graph("one", tensors, (node,), (0, 1), (2,)), node, Target(isa, "core", Optimize.SPEED))


def made(name: str, cost: int, scratch: int = 0, slack: int | None = None) -> Kernel:
    overlaps = () if slack is None else (Overlap(0, 2, slack),)
    call = Call((), (), (), scratch, overlaps=overlaps, cost=cost, kernel=name)
    return Kernel(("ADD",), lambda _: call, SPECIAL.id)


def chosen(*kernels: Kernel) -> list[str]:
    with ExitStack() as stack:
        for number, kernel in enumerate(kernels):
            stack.enter_context(KERNELS.added(f"made up {number}", kernel))
        return [candidate.call.name for candidate in candidates(request(SPECIAL))]


def test_candidates_are_sorted_by_cost() -> None:
    assert chosen(made("lean", 300), made("fast", 100, 64), made("middle", 200, 32)) == ["fast", "middle", "lean"]


def test_a_dominated_variant_is_dropped() -> None:
    assert chosen(made("fast", 100), made("slow", 200)) == ["fast"]
    assert chosen(made("fast", 100, 32), made("slow", 200, 64)) == ["fast"]
    assert chosen(made("fast", 100, slack=8), made("slow", 200, slack=8)) == ["fast"]


def test_fewer_cycles_count_more_than_fewer_instructions(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates(kernels={"few instructions": 1.6, "few cycles": 1.2})
    monkeypatch.setattr(select, "rates_of", lambda _: rates)
    assert chosen(made("few instructions", 100), made("few cycles", 120)) == ["few cycles"]
    assert chosen(made("few instructions", 100, 8), made("few cycles", 120, 16)) == ["few cycles", "few instructions"]


def test_accepting_gives_dominated_variants_too() -> None:
    with KERNELS.added("made up 1", made("fast", 100)), KERNELS.added("made up 2", made("slow", 200)):
        assert [candidate.call.name for candidate in accepting(request(SPECIAL))] == ["fast", "slow"]


def test_a_variant_that_permits_more_overlap_stays() -> None:
    assert chosen(made("fast", 100), made("slow", 200, slack=8)) == ["fast", "slow"]
    assert chosen(made("fast", 100, slack=8), made("slow", 200, slack=7)) == ["fast", "slow"]


def test_no_variant_is_an_error_that_names_the_operator() -> None:
    with pytest.raises(CompileError, match="no kernel accepts this ADD"):
        candidates(request(SPECIAL))


@pytest.mark.parametrize(
    ("isa", "elements", "name"),
    [
        (PORTABLE, 64, "mcutk_add_s8"),
        (PORTABLE, 400, "mcutk_add_table_s8"),
        (DSP, 400, "mcutk_add_table_s8"),
        (MVE, 64, "mcutk_add_mve"),
        (MVE, 1024, "mcutk_add_table_mve"),
    ],
)
def test_the_preferred_variant_of_add_on_each_instruction_set(isa: Isa, elements: int, name: str) -> None:
    assert candidates(request(isa, elements))[0].call.name == name


def test_candidates_of_nodes_that_graphs_share_are_found_once() -> None:
    graph = request(PORTABLE).graph
    selector = Selector(Target(PORTABLE, "core"))
    first = selector.options(graph)[0]
    assert selector.options(replace(graph, name="again"))[0] is first
    other = replace(graph, nodes=(replace(graph.nodes[0], source=1),))
    assert selector.options(other)[0] is not first
