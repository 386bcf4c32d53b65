"""What `balanced` spends: flash for weights, and RAM for variants that are fast because they take more of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArg, ConstArray, Invocation
from mcu_toolkit.compiler.kernels.base import Kernel, Request
from mcu_toolkit.compiler.plan.assign import assign
from mcu_toolkit.compiler.plan.budget import affordable, model_weights
from mcu_toolkit.compiler.select import Candidate
from mcu_toolkit.graph.attrs import Attrs
from mcu_toolkit.graph.ir import DType, Graph, Node, Tensor
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.plan_graphs import int8_tensor

TARGET = Target(PORTABLE, "host", Optimize.BALANCED)
WEIGHTS = 10_000


def graph_of(nodes: int) -> Graph:
    """A chain of nodes that read `WEIGHTS` bytes of weights each."""
    data = np.zeros((1, WEIGHTS), np.int8)
    constants = [Tensor("w", data.shape, DType.INT8, int8_tensor(1).quant, data=data) for _ in range(nodes)]
    tensors = (*(int8_tensor(1000) for _ in range(nodes + 1)), *constants)
    chain = tuple(Node("RELU", (n, nodes + 1 + n), (n + 1,), Attrs(), n) for n in range(nodes))
    return Graph("chain", tensors, chain, (0,), (nodes,))


def variant(
    graph: Graph, node: int, name: str, cost: int, flash: int, scratch: int = 0, spends: bool = False
) -> Candidate:
    """A candidate with weights of `flash` bytes."""
    table = ConstArg(ConstArray(f"{name}{node}", "int8_t", np.zeros(flash, np.int8)))
    made = Call((Invocation(name, (table,)),), (), (), scratch_bytes=scratch, cost=cost, kernel=name)
    kernel = Kernel(("RELU",), lambda _: made, spends=spends)
    return Candidate(kernel, Request(graph, graph.nodes[node], TARGET), made)


def names(graph: Graph, *options: tuple[Candidate, ...]) -> list[str]:
    """The kernels that `balanced` chooses."""
    ordered = [tuple(sorted(option, key=lambda c: c.cycles)) for option in options]
    return [step.call.name for step in assign(graph, ordered, TARGET).schedule.steps]


def test_the_model_s_weights_are_the_measure() -> None:
    assert model_weights(graph_of(3)) == 3 * WEIGHTS


def test_flash_is_spent_where_it_saves_the_most_cycles_per_byte() -> None:
    """A tenth of 20,000 bytes buys one of two exchanges of 1,500 bytes."""
    graph = graph_of(2)
    options = [
        (variant(graph, n, "plain", 1000, WEIGHTS), variant(graph, n, "large", cost, WEIGHTS + 1500, spends=True))
        for n, cost in ((0, 600), (1, 400))
    ]
    assert names(graph, *options) == ["plain", "large"]


def test_a_purchase_must_save_a_tenth_of_the_cycles() -> None:
    graph = graph_of(1)
    plain = variant(graph, 0, "plain", 1000, WEIGHTS)
    assert names(graph, (plain, variant(graph, 0, "large", 930, WEIGHTS + 500, spends=True))) == ["plain"]
    assert names(graph, (plain, variant(graph, 0, "large", 900, WEIGHTS + 500, spends=True))) == ["large"]


def test_scratch_is_spent_within_eight_percent_of_the_arena() -> None:
    """Two tensors of 1,000 bytes: 160 bytes may be spent; scratch costs no flash and goes first."""
    graph = graph_of(1)
    plain = variant(graph, 0, "plain", 1000, WEIGHTS)
    flash = variant(graph, 0, "flash", 300, WEIGHTS + 800, spends=True)
    for scratch, chosen in ((160, "ram"), (164, "plain")):
        assert names(graph, (plain, variant(graph, 0, "ram", 400, WEIGHTS, scratch, spends=True))) == [chosen]
    assert names(graph, (plain, variant(graph, 0, "ram", 400, WEIGHTS, 160, spends=True), flash)) == ["flash"]


def test_weights_stay_within_a_third_more_than_the_model_s() -> None:
    """Two of three layers take twice their weights: one of them is exchanged, the one that loses fewer cycles."""
    graph = graph_of(3)
    options = [
        (variant(graph, n, "wide", 1000, 2 * WEIGHTS), variant(graph, n, "narrow", cost, WEIGHTS))
        for n, cost in ((0, 3000), (1, 2000), (2, 4000))
    ]
    left = affordable(graph, options)
    assert [[c.call.name for c in option] for option in left if isinstance(option, tuple)] == [
        ["narrow"],
        ["narrow"],
        ["narrow"],
    ]
    wider = replace(graph, tensors=(*graph.tensors[:4], *(replace(t) for t in graph.tensors[4:])))
    assert names(wider, options[0], (options[1][1],), (options[2][1],)) == ["narrow", "narrow", "narrow"]


def test_other_goals_have_no_budget_of_flash() -> None:
    graph = graph_of(1)
    plain = variant(graph, 0, "plain", 1000, WEIGHTS)
    large = variant(graph, 0, "large", 100, 5 * WEIGHTS, spends=True)
    chosen = assign(graph, [(large, plain)], replace(TARGET, optimize=Optimize.SPEED))
    assert [step.call.name for step in chosen.schedule.steps] == ["large"]


def test_a_kernel_is_dropped_where_others_that_are_used_take_nearly_as_few_cycles() -> None:
    """The second layer is small: its own kernel saves less than 0.4 % of the cycles, so its code is not worth it."""
    graph = graph_of(2)
    for own, chosen in ((96, "common"), (50, "own")):
        options = [
            (variant(graph, 0, "common", 10_000, WEIGHTS),),
            (variant(graph, 1, "own", own, WEIGHTS), variant(graph, 1, "common", 100, WEIGHTS)),
        ]
        assert names(graph, *options) == ["common", chosen]
