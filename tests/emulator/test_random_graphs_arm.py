"""Random graphs as generated C on emulated Cortex-M3, M4 and M55, with the kernels of each core, against the oracle."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.host.oracle import Oracle
from tests.support.arm_models import wrong_samples
from tests.support.arm_rig import MACHINES, needs_arm
from tests.support.golden_models import GOLDEN_MODELS
from tests.support.pass_models import any_model

pytestmark = needs_arm


@pytest.mark.slow
@pytest.mark.parametrize("core", ["m3", "m4", "m55"])
def test_emulated_core_agrees_with_the_oracle(core: str, tmp_path: Path) -> None:
    models = {f"graph_{seed}": any_model(seed) for seed in range(2000, 2030)}
    assert wrong_samples(models, MACHINES[core], 7, tmp_path) == {}


def test_rig_notices_a_wrong_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Oracle.run_all
    monkeypatch.setattr(Oracle, "run_all", lambda *a, **k: [array ^ 1 for array in right(*a, **k)])
    assert wrong_samples({"residual": GOLDEN_MODELS["residual"]()}, MACHINES["m4"], 1, tmp_path) == {"residual": 3}
