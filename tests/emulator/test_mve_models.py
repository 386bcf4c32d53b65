"""Whole models with Helium kernels on the emulated Cortex-M55: exact outputs, Helium kernels where they exist."""

from __future__ import annotations

import pytest

from benchmarks.measure import Case, measure
from tests.support.arm_rig import needs_arm

pytestmark = needs_arm

#: Operators that have Helium kernels for every form in these models.
_COVERED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "AVERAGE_POOL_2D"}


@pytest.mark.parametrize(("model", "mode"), [("kws-random", "balanced"), ("ic-random", "ram"), ("ad-random", "speed")])
def test_model_is_exact_and_runs_on_helium_kernels(model: str, mode: str) -> None:
    measured = measure(Case(model, "qemu-m55", mode))
    assert measured is not None
    assert measured.row.mismatches == 0
    others = {
        layer.kernel
        for layer in measured.compiled.report.layers
        if layer.operator in _COVERED and "_mve" not in layer.kernel
    }
    assert others == set()
