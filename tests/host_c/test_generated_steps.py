"""Step by step: the output of every step equals the oracle's; reset and reentrancy."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit import process
from mcu_toolkit.compiler.pipeline import compile_model
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.native import NativeModel
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from tests.support.compare import HOST_FLAGS, random_inputs
from tests.support.pass_models import any_model
from tests.support.randmodels import random_graph_model

STATEFUL = ("SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM", "VARIABLE")

pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")


@pytest.mark.parametrize("optimize", list(Optimize))
def test_the_output_of_each_step_equals_the_oracles(optimize: Optimize) -> None:
    for seed in range(3000, 3008):
        graph = read_model(any_model(seed))
        compiled = compile_model(graph, Target(PORTABLE, "host", optimize))
        inputs = random_inputs(graph, 2, seed)
        expected = Oracle(compiled.graph).run_steps(inputs)
        with NativeModel(compiled, flags=HOST_FLAGS) as native:
            found = native.run_steps(inputs)
        assert set(found) == set(compiled.step_tensors)
        for index, values in found.items():
            np.testing.assert_array_equal(values, expected[index], f"seed {seed}, tensor {index}")


def test_reset_makes_samples_independent() -> None:
    """A model with variables: after a reset, a sample gives the same output as alone; with kept state it differs."""
    for seed in range(40):
        graph = read_model(random_graph_model(seed, STATEFUL, nodes=3))
        inputs = random_inputs(graph, 4, seed)
        with NativeModel(compile_model(graph, Target(PORTABLE, "host")), flags=HOST_FLAGS) as native:
            apart = native.run_all(inputs)
            alone = native.run_all([array[3:] for array in inputs])
            kept = native.run_all(inputs, keep_state=True)
        for one, other in zip(apart, alone, strict=True):
            np.testing.assert_array_equal(one[3:], other)
        if any((a != b).any() for a, b in zip(apart, kept, strict=True)):
            return
    raise AssertionError("no random model kept state that shows")
