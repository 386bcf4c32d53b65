"""Each pass keeps every output byte on random graphs with patterns that it changes, and it changes some of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mcu_toolkit.compiler import passes
from mcu_toolkit.compiler.passes import (
    activations,
    channels,
    constants,
    duplicates,
    identity,
    order,
    pad,
    shapes,
    unused,
)
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from tests.support.compare import differences, random_inputs
from tests.support.pass_models import pass_model

_SEEDS = range(40)
_SAMPLES = 4


def assert_same_outputs(before: Graph, after: Graph, seed: int) -> None:
    """Check that two graphs give the same bytes."""
    inputs = random_inputs(before, _SAMPLES, seed)
    answers = {"before": Oracle(before).run_all(inputs), "after": Oracle(after).run_all(inputs)}
    assert differences(answers) == "", f"seed {seed}"


@pytest.mark.parametrize(
    ("run", "patterns"),
    [
        pytest.param(unused.run, ("unread",), id="unused"),
        pytest.param(shapes.run, ("identities",), id="shapes"),
        pytest.param(constants.run, ("constants",), id="constants"),
        pytest.param(identity.run, ("identities",), id="identity"),
        pytest.param(duplicates.run, ("equal_nodes",), id="duplicates"),
        pytest.param(pad.run, ("pad_before_conv",), id="pad"),
        pytest.param(activations.run, ("clamp_after", "identities"), id="activations"),
        pytest.param(channels.run, ("dead_channels",), id="channels"),
        pytest.param(order.run, ("branches",), id="order"),
    ],
)
def test_pass_keeps_outputs(run: Callable[[Graph], Graph], patterns: tuple[str, ...]) -> None:
    changed = 0
    for seed in _SEEDS:
        graph = read_model(pass_model(seed, *patterns))
        result = run(graph)
        if result is graph:
            continue
        changed += 1
        verify(result)
        assert_same_outputs(graph, result, seed)
    assert changed >= 5, "the random graphs hold too little of what this pass looks for"


def test_all_passes_together_keep_outputs() -> None:
    for seed in _SEEDS:
        graph = read_model(
            pass_model(
                seed, "pad_before_conv", "clamp_after", "equal_nodes", "dead_channels", "constants", "identities"
            )
        )
        assert_same_outputs(graph, passes.run_all(graph), seed)


def test_a_second_run_of_all_passes_changes_nothing() -> None:
    """The graph is the same object after another run."""
    for seed in _SEEDS:
        graph = passes.run_all(read_model(pass_model(seed, "dead_channels", "identities", "clamp_after")))
        for name, item in passes.in_order(passes.Stage.SIMPLIFY):
            assert item.run(graph) is graph, f"{name}, seed {seed}"
