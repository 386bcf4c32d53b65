"""Recurrent operators on emulated Cortex-M3, M4 and M55, with the kernels of each core, against the oracle."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.graph.reader import read_model
from tests.support.arm_models import wrong_samples
from tests.support.arm_rig import MACHINES, needs_arm
from tests.support.randmodels import random_graph_model, register_all

pytestmark = needs_arm


@pytest.mark.parametrize("core", ["m3", "m4", "m55"])
@pytest.mark.parametrize("op", ["UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF"])
def test_recurrent_operator_agrees_with_the_oracle(op: str, core: str, tmp_path: Path) -> None:
    register_all()
    models = {f"model_{seed}": random_graph_model(seed, (op,)) for seed in range(5)}
    assert any(node.op == op for data in models.values() for node in read_model(data).nodes)
    assert wrong_samples(models, MACHINES[core], 3, tmp_path) == {}
