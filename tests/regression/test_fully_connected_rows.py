"""A FULLY_CONNECTED whose depth is no multiple of the input's channels was refused by a crash of the range analysis."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.passes import run_all
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from tests.support.compare import differences, random_inputs
from tests.support.tflite_writer import SubgraphSpec, write_model


def test_rows_that_end_within_a_position_compile() -> None:
    graph = SubgraphSpec()
    quant = {"scale": [0.5], "zero_point": [3]}
    data, middle = graph.tensor((1, 5, 4), **quant), graph.tensor((1, 5, 4), **quant)
    weights = graph.const(np.arange(-15, 15).reshape(3, 10), "int8", scale=[0.1])
    out = graph.tensor((2, 3), **quant)
    graph.node("RELU", [data], [middle])
    graph.node("FULLY_CONNECTED", [middle, weights], [out], (0, "i8", 0))
    graph.inputs, graph.outputs = [data], [out]
    before = read_model(write_model(graph))
    inputs = random_inputs(before, 5, 0)
    answers = {"before": Oracle(before).run_all(inputs), "after": Oracle(run_all(before)).run_all(inputs)}
    assert differences(answers) == ""
