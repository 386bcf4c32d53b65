"""Choice of kernel variants: how much RAM a faster variant may cost under each optimization goal."""

from __future__ import annotations

import pytest

from mcu_toolkit.compiler.call import Call, Overlap
from mcu_toolkit.compiler.kernels.base import Kernel, Request
from mcu_toolkit.compiler.plan.assign import assign, estimate
from mcu_toolkit.compiler.select import Candidate
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.plan_graphs import call, chain_graph


def candidate(graph: Graph, number: int, made: Call) -> Candidate:
    request = Request(graph, graph.nodes[number], Target(PORTABLE, "host"))
    return Candidate(Kernel(("RELU",), lambda _: made), request, made)


def picked(optimize: Optimize, *variants: Call, sizes: tuple[int, ...] = (1000, 1000)) -> tuple[list[str], int]:
    """Names of the chosen variants and bytes of the arena, for a chain whose nodes all have the same variants."""
    graph = chain_graph(*sizes)
    options = [tuple(candidate(graph, n, made) for made in variants) for n in range(len(graph.nodes))]
    chosen = assign(graph, options, Target(PORTABLE, "host", optimize))
    return [step.call.name for step in chosen.schedule.steps], chosen.plan.arena_bytes


FAST = call(scratch=600, cost=100, name="fast")
LEAN = call(cost=300, name="lean")


@pytest.mark.parametrize(
    ("optimize", "name", "arena"),
    [(Optimize.SPEED, "fast", 2600), (Optimize.BALANCED, "fast", 2600), (Optimize.RAM, "lean", 2000)],
)
def test_scratch_that_enlarges_the_arena_is_avoided_under_ram_only(optimize: Optimize, name: str, arena: int) -> None:
    assert picked(optimize, FAST, LEAN) == ([name], arena)


def test_scratch_within_the_slack_of_the_goal_is_kept() -> None:
    small = call(scratch=80, cost=100, name="fast")
    assert picked(Optimize.BALANCED, small, LEAN) == (["fast"], 2080)
    assert picked(Optimize.RAM, small, LEAN) == (["fast"], 2080)


def test_only_nodes_at_the_peak_get_a_slower_variant() -> None:
    """The second node is small: its scratch fits below the peak."""
    names, arena = picked(Optimize.RAM, FAST, LEAN, sizes=(1000, 1000, 100))
    assert (names, arena) == (["lean", "fast"], 2000)


def test_a_slower_variant_that_permits_overlap_is_chosen() -> None:
    graph = chain_graph(1000, 1000)
    apart = call(cost=100, name="apart")
    over = call(Overlap(0, 1, 0), cost=300, name="over")
    options = [(candidate(graph, 0, apart), candidate(graph, 0, over))]
    chosen = assign(graph, options, Target(PORTABLE, "host", Optimize.RAM))
    assert (chosen.schedule.steps[0].call.name, chosen.plan.arena_bytes) == ("over", 1000)


def test_the_estimate_has_the_arena_of_the_leanest_and_the_cost_of_the_fastest_variants() -> None:
    graph = chain_graph(1000, 1000)
    options = [(candidate(graph, 0, FAST), candidate(graph, 0, LEAN))]
    guess = estimate(graph, options, Target(PORTABLE, "host", Optimize.RAM))
    assert (guess.plan.arena_bytes, guess.cycles) == (2000, 100)


def test_weights_are_packed_for_chosen_variants_only() -> None:
    packed: list[str] = []

    def kernel(made: Call) -> Kernel:
        def pack(request: Request, chosen: Call) -> Call:
            packed.append(chosen.name)
            return chosen

        return Kernel(("RELU",), lambda _: made, pack=pack)

    graph = chain_graph(1000, 1000)
    request = Request(graph, graph.nodes[0], Target(PORTABLE, "host"))
    options = [tuple(Candidate(kernel(made), request, made) for made in (FAST, LEAN))]
    assign(graph, options, Target(PORTABLE, "host", Optimize.RAM))
    assert packed == ["lean"]
