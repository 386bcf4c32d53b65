"""The oracle against TensorFlow Lite Micro on random models of every operator, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.errors import ToolMissingError
from mcu_toolkit.graph.ir import Array, Graph
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from mcu_toolkit.host.tflm import TflmRuntime, require_tflm
from tests.support.randmodels import MAKERS, VARIANTS, WITHOUT_REFERENCE, random_graph_model, register_all

register_all()

#: Operators that the reader replaces by others.
_MADE_AS = {"ASSIGN_VARIABLE": "VARIABLE", "READ_VARIABLE": "VARIABLE"}


@pytest.fixture(scope="module", autouse=True)
def _needs_tflm() -> None:
    try:
        require_tflm()
    except ToolMissingError as missing:
        pytest.skip(missing.message)


def samples(graph: Graph, seed: int, count: int = 4) -> list[Array]:
    """Random inputs; the first two have the smallest and the largest value."""
    rng = np.random.default_rng(seed)
    arrays: list[Array] = []
    for index in graph.inputs:
        tensor = graph.tensors[index]
        shape = (count, *tensor.shape)
        if tensor.dtype.value == "float32":
            arrays.append((rng.standard_normal(shape) * 10).astype(np.float32))
            continue
        info = np.iinfo(tensor.dtype.value)
        values = rng.integers(info.min, info.max, shape, endpoint=True).astype(tensor.dtype.numpy)
        values[0], values[1] = info.min, info.max
        arrays.append(values)
    return arrays


def compare(seed: int, ops: tuple[str, ...] | None, *, borders: bool = False) -> None:
    data = random_graph_model(seed, ops, borders=borders)
    graph = read_model(data)
    verify(graph)
    inputs, in_sequence = samples(graph, seed), seed % 2 == 1
    ours = Oracle(graph).run_all(inputs, keep_state=in_sequence)
    reference = TflmRuntime(data).run_all(inputs, keep_state=in_sequence)
    for position, (a, b) in enumerate(zip(ours, reference, strict=True)):
        np.testing.assert_array_equal(
            a, b, err_msg=f"seed {seed}, {ops}, output {position}: {[n.op for n in graph.nodes]}"
        )


def test_every_operator_has_a_maker() -> None:
    assert {_MADE_AS.get(name, name) for name in OPERATORS} == {name for name in MAKERS if not VARIANTS.match(name)}


@pytest.mark.parametrize("op", sorted(set(MAKERS) - WITHOUT_REFERENCE))
def test_operator_equals_tflm(op: str) -> None:
    for seed in range(16):
        compare(seed, (op,))


@pytest.mark.parametrize("block", range(4))
def test_mixed_models_equal_tflm(block: int) -> None:
    for seed in range(100 * block, 100 * block + 50):
        compare(seed, None, borders=seed % 2 == 0)
