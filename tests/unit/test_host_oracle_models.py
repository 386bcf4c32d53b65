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
from tests.support.mlperf import ANSWERS, SEEDS, mlperf_model, reference_input

MACS = {"ad": 264_192, "ic": 12_501_632, "kws": 2_656_768, "vww": 7_489_664}


@pytest.mark.parametrize("name", ANSWERS)
def test_reference_answers(name: str) -> None:
    path = mlperf_model(name)
    graph = read_model(path)
    assert unsupported(graph) == ()
    verify(graph)
    inputs = np.stack([reference_input(seed, graph.tensors[graph.inputs[0]].elements) for seed in SEEDS])
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
