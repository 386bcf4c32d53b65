"""Benchmark models that the project generates."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import table
from benchmarks.architectures import ARCHITECTURES
from mcu_toolkit.compiler.report import graph_macs
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.host.oracle import Oracle


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_model_has_the_macs_of_the_reference_and_is_reproducible(name: str) -> None:
    data = ARCHITECTURES[name]()
    graph = read_model(data)
    assert unsupported(graph) == ()
    assert graph_macs(graph) == table.load_peers().macs[table.architecture(name)]
    assert ARCHITECTURES[name]() == data


def test_activations_neither_vanish_nor_saturate() -> None:
    graph = read_model(ARCHITECTURES["kws-random"]())
    inputs = np.random.default_rng(0).integers(-128, 128, (1, 49, 10, 1)).astype(np.int8)
    values = Oracle(graph).run_steps([inputs])
    for node in graph.nodes:
        if node.op not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            continue
        out = values[node.outputs[0]]
        assert np.mean(out == 127) < 0.1, node
        assert 0.1 < np.mean(out == -128) < 0.9, node  # RELU
        assert out.std() > 10, node
