"""Two hundred random graphs: oracle, TensorFlow Lite Micro and generated C, under sanitizers, agree on every byte.

With MCUTK_NIGHTLY set, two thousand graphs.
`benchmarks/random_graphs.py` does the same and writes the results to a file.
"""

from __future__ import annotations

import os

import pytest

from mcu_toolkit import process
from tests.support.compare import three_ways
from tests.support.pass_models import any_model

pytest.importorskip("tflite_micro", reason="needs the package tflite-micro (pip install 'mcu_toolkit[verify]')")
pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")

_CHUNK = 25
_COUNT = 2000 if os.environ.get("MCUTK_NIGHTLY") else 200


@pytest.mark.parametrize("start", range(0, _COUNT, _CHUNK))
def test_oracle_interpreter_and_generated_c_agree(start: int) -> None:
    models = {f"graph_{seed}": any_model(seed) for seed in range(start, start + _CHUNK)}
    assert three_ways(models, start) == {}
