"""Tables against the real functions that they approximate."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.lookup import Lookup
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from tests.support.tflite_writer import SubgraphSpec, write_model

_REAL = {
    "LOGISTIC": (lambda x: 1 / (1 + math.exp(-x)), 1 / 256, -128),
    "TANH": (math.tanh, 1 / 128, 0),
    "HARD_SWISH": (lambda x: x * min(max(x + 3, 0), 6) / 6, 0.05, -90),
    "RELU": (lambda x: max(x, 0), 0.05, -90),
    "ELU": (lambda x: x if x > 0 else math.exp(x) - 1, 0.05, -90),
    "LEAKY_RELU": (lambda x: x if x > 0 else 0.2 * x, 0.05, -90),
    "RELU6": (lambda x: min(max(x, 0), 6), 0.06, 11),
}


@pytest.mark.parametrize("op", sorted(_REAL))
def test_tables_are_within_a_step_of_the_real_function(op: str) -> None:
    function, scale, zero = _REAL[op]
    graph = SubgraphSpec()
    graph.tensor((1, 256), scale=[0.06], zero_point=[11])
    graph.tensor((1, 256), scale=[scale], zero_point=[zero])
    graph.node(op, [0], [1], *([(0, "f32", 0.2)] if op == "LEAKY_RELU" else []))
    graph.inputs, graph.outputs = [0], [1]
    read = read_model(write_model(graph))
    kind = OPERATORS[op]
    assert isinstance(kind, Lookup)
    table = kind.table(read, read.nodes[0])
    real = [function(0.06 * (q - 11)) for q in range(-128, 128)]
    ideal = np.clip(np.array(real) / scale + zero, -128, 127)
    assert np.abs(table - ideal).max() <= 1.3
    everything = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
    np.testing.assert_array_equal(Oracle(read).run(everything)[0], table)
