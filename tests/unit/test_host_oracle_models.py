"""The public MLPerf Tiny models: the oracle and TensorFlow Lite Micro give the published checksums."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from mcu_toolkit.errors import ToolMissingError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.host.tflm import TflmRuntime
from tests.support.shared import mlperf_model

SEEDS = (1, 12345, 0xDEADBEEF)
ANSWERS = {
    "ad": ("3d1a6596", "d7f6e66a", "cc29810f"),
    "ic": ("930f0c26", "ef5c90cc", "13f31a7b"),
    "kws": ("124a640e", "1a578907", "8b10ec97"),
    "vww": ("ccf8c6c3", "455cea13", "b5c3c64a"),
}
MACS = {"ad": 264_192, "ic": 12_501_632, "kws": 2_656_768, "vww": 7_489_664}


def generated(seed: int, count: int) -> np.ndarray:
    """The generator of the published answers: a 32-bit congruential sequence, its top byte as int8."""
    state, values = seed, np.empty(count, np.uint8)
    for place in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[place] = state >> 24
    return values.view(np.int8)


@pytest.mark.parametrize("name", ANSWERS)
def test_reference_answers(name: str) -> None:
    path = mlperf_model(name)
    graph = read_model(path)
    assert unsupported(graph) == ()
    verify(graph)
    inputs = np.stack([generated(seed, graph.tensors[graph.inputs[0]].elements) for seed in SEEDS])
    outputs = Oracle(graph).run(inputs)
    assert tuple(f"{zlib.crc32(row.tobytes()):08x}" for row in outputs) == ANSWERS[name]
    try:
        reference = TflmRuntime(path).run(inputs)
    except ToolMissingError as missing:
        pytest.skip(missing.message)
    np.testing.assert_array_equal(outputs, reference)


@pytest.mark.parametrize("name", MACS)
def test_macs(name: str) -> None:
    from mcu_toolkit.graph.ops import OPERATORS

    graph = read_model(mlperf_model(name))
    assert sum(OPERATORS[node.op].macs(graph, node) for node in graph.nodes) == MACS[name]
