"""SOFTMAX, LOG_SOFTMAX and LOGISTIC in float32 on emulated cores, with double in software and in hardware."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.arm_models import wrong_samples
from tests.support.arm_rig import MACHINES, needs_arm
from tests.support.tflite_writer import SubgraphSpec, write_model

pytestmark = needs_arm


def scores_model(op: str, scale: float) -> bytes:
    """DEQUANTIZE and a float32 operator on 40 rows of 37 values."""
    g = SubgraphSpec()
    data = g.tensor((40, 37), scale=[scale], zero_point=[5])
    real, out = g.tensor((40, 37), "float32"), g.tensor((40, 37), "float32")
    g.node("DEQUANTIZE", [data], [real])
    g.node(op, [real], [out], *([(0, "f32", 1.0)] if op == "SOFTMAX" else []))
    g.inputs, g.outputs = [data], [out]
    return write_model(g)


@pytest.mark.parametrize("core", ["m0", "m4", "m55"])
def test_every_core_agrees_with_the_oracle(core: str, tmp_path: Path) -> None:
    models = {
        f"{op.lower()}_{number}": scores_model(op, scale)
        for op in ("SOFTMAX", "LOG_SOFTMAX", "LOGISTIC")
        for number, scale in enumerate((0.0037, 0.11, 0.62))
    }
    assert wrong_samples(models, MACHINES[core], 5, tmp_path) == {}
