"""Weights in few bits: oracle, TensorFlow Lite Micro and generated C, under sanitizers, agree on every byte."""

from __future__ import annotations

import pytest

from mcu_toolkit import process
from mcu_toolkit.targets.target import Optimize
from tests.support.compare import three_ways
from tests.support.fewbit_models import KINDS, few_bit_model

pytest.importorskip("tflite_micro", reason="needs the package tflite-micro (pip install 'mcu_toolkit[verify]')")
pytestmark = pytest.mark.skipif(process.find_tool("gcc") is None, reason="needs gcc")


def test_oracle_interpreter_and_generated_c_agree() -> None:
    models = {f"graph_{seed}": few_bit_model(seed) for seed in range(4 * len(KINDS))}
    assert three_ways(models, 0, optimize=Optimize.FLASH) == {}
