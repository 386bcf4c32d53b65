"""Weights in few bits on emulated Cortex-M cores, with the kernels of each, against the oracle."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.targets.target import Optimize
from tests.support.arm_models import wrong_samples
from tests.support.arm_rig import MACHINES, needs_arm
from tests.support.fewbit_models import KINDS, few_bit_model

pytestmark = needs_arm


@pytest.mark.parametrize("core", ["m0", "m3", "m4", "m55"])
def test_emulated_core_agrees_with_the_oracle(core: str, tmp_path: Path) -> None:
    models = {f"graph_{seed}": few_bit_model(seed) for seed in range(100, 100 + 2 * len(KINDS))}
    assert wrong_samples(models, MACHINES[core], 7, tmp_path, optimize=Optimize.FLASH) == {}
