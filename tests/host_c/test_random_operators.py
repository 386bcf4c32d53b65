"""Every operator in generated C, under sanitizers, on random models that hold it: the bytes of the oracle."""

from __future__ import annotations

import pytest

from mcu_toolkit import process
from tests.support.compare import three_ways
from tests.support.randmodels import MAKERS, random_graph_model, register_all

register_all()
pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

#: Models per operator; those of a block are one program.
_SEEDS = 2
_BLOCK = 12
_OPERATORS = sorted(MAKERS)


@pytest.mark.parametrize("first", range(0, len(_OPERATORS), _BLOCK))
def test_generated_c_equals_the_oracle(first: int) -> None:
    models = {
        f"{op.lower()}_{seed}": random_graph_model(5000 + seed, (op,), nodes=3)
        for op in _OPERATORS[first : first + _BLOCK]
        for seed in range(_SEEDS)
    }
    assert three_ways(models, first, interpreter=False) == {}
