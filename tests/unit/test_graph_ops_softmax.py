"""SOFTMAX of inputs for which TensorFlow Lite Micro has no result."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from tests.support.tflite_writer import SubgraphSpec, write_model


def test_softmax_of_very_many_equal_classes() -> None:
    """TensorFlow Lite Micro aborts for 512 or more equal classes; here the output of every class is -128."""
    graph = SubgraphSpec()
    graph.tensor((1, 600), scale=[0.1], zero_point=[0])
    graph.tensor((1, 600), scale=[1 / 256], zero_point=[-128])
    graph.node("SOFTMAX", [0], [1], (0, "f32", 1.0))
    graph.inputs, graph.outputs = [0], [1]
    assert (Oracle(read_model(write_model(graph))).run(np.zeros((1, 600), np.int8)) == -128).all()
