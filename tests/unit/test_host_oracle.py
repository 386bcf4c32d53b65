"""The interface of the oracle: shapes of samples, and state that is kept between them."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.oracle import Oracle
from tests.support.tflite_writer import SubgraphSpec, write_model

QUANT = {"scale": [0.5], "zero_point": [0]}


def clamp_model() -> Graph:
    """RELU then RELU6 on [1, 2, 3]."""
    graph = SubgraphSpec()
    for _ in range(3):
        graph.tensor((1, 2, 3), **QUANT)
    graph.node("RELU", [0], [1])
    graph.node("RELU6", [1], [2])
    graph.inputs, graph.outputs = [0], [2]
    return read_model(write_model(graph))


def counter_model() -> Graph:
    """An output that is the sum of all inputs so far, in a variable that starts at [1, 2]."""
    graph, once = SubgraphSpec(), SubgraphSpec()
    set_up = once.tensor((1,), "resource")
    once.node("VAR_HANDLE", [], [set_up], (1, "text", "sum"))
    once.node("ASSIGN_VARIABLE", [set_up, once.const([[1, 2]], "int8", **QUANT)], [])
    data, handle = graph.tensor((1, 2), **QUANT), graph.tensor((1,), "resource")
    held, out = graph.tensor((1, 2), **QUANT), graph.tensor((1, 2), **QUANT)
    graph.node("CALL_ONCE", [], [], (0, "i32", 1))
    graph.node("VAR_HANDLE", [], [handle], (1, "text", "sum"))
    graph.node("READ_VARIABLE", [handle], [held])
    graph.node("ADD", [data, held], [out])
    graph.node("ASSIGN_VARIABLE", [handle, out], [])
    graph.inputs, graph.outputs = [data], [out]
    return read_model(write_model(graph, once))


def test_samples_in_any_shape_of_the_right_size() -> None:
    oracle = Oracle(clamp_model())
    flat = np.arange(-60, 60, 2, dtype=np.int8).reshape(10, 6)
    result = oracle.run(flat)
    assert result.shape == (10, 2, 3) and result.dtype == np.int8
    np.testing.assert_array_equal(result.reshape(10, 6), np.clip(flat, 0, 12))
    np.testing.assert_array_equal(oracle.run(flat.reshape(10, 1, 2, 3)), result)
    assert oracle.run(flat[:0]).shape == (0, 2, 3)


def test_many_samples_are_the_same_as_one_by_one() -> None:
    oracle = Oracle(clamp_model())
    inputs = np.random.default_rng(0).integers(-128, 128, (200, 6)).astype(np.int8)
    np.testing.assert_array_equal(oracle.run(inputs), np.concatenate([oracle.run(row[np.newaxis]) for row in inputs]))


def test_every_step_is_given_in_order() -> None:
    steps = Oracle(clamp_model()).run_steps([np.full((1, 6), 100, np.int8)])
    assert list(steps) == [1, 2]
    assert (steps[1] == 100).all() and (steps[2] == 12).all()


@pytest.mark.parametrize("bad", [np.zeros((2, 5), np.int8), np.zeros((2, 6), np.uint8), np.zeros((2, 6), np.float32)])
def test_samples_that_do_not_fit(bad: np.ndarray) -> None:
    with pytest.raises(ModelError, match="does not fit"):
        Oracle(clamp_model()).run(bad)


def test_number_of_inputs() -> None:
    with pytest.raises(ModelError, match="number of inputs"):
        Oracle(clamp_model()).run_all([])


def test_variables_are_reset_or_kept() -> None:
    oracle, ones = Oracle(counter_model()), np.ones((3, 2), np.int8)
    assert oracle.run(ones).tolist() == [[2, 3]] * 3
    kept = oracle.run_all([ones], keep_state=True)[0]
    assert kept.tolist() == [[2, 3], [3, 4], [4, 5]]
    assert oracle.run(ones).tolist() == [[2, 3]] * 3, "a run leaves no state behind"
