"""Damaged models that the reader and the checks accept must compile without an error."""

from __future__ import annotations

from random import Random

from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.targets.isa import ISAS
from mcu_toolkit.targets.target import Optimize, Target
from tests.fuzz.corpus import mutate, seeds


def accepted(data: bytes) -> Graph | None:
    """The graph of a file, if it can be read and every operator is supported."""
    try:
        graph = read_model(data)
    except ModelError:
        return None
    return None if unsupported(graph) else graph


def test_damaged_models_that_pass_the_checks_compile() -> None:
    rng, corpus, compiled = Random(11), seeds(), 0
    for _ in range(800):
        graph = accepted(mutate(rng.choice(corpus), rng.choice(corpus), rng))
        if graph is not None:
            target = Target(rng.choice(list(ISAS.values())), "cortex-m4", rng.choice(list(Optimize)))
            assert compile_model(graph, target, "model").files
            compiled += 1
    assert compiled > 40
