"""A quick part of `make bench-check`: instruction counts are exact and repeatable."""

from __future__ import annotations

import pytest

from benchmarks import results
from benchmarks.measure import Case, measure, toolchain
from mcu_toolkit import process

pytestmark = pytest.mark.skipif(
    process.find_tool("arm-none-eabi-gcc") is None or process.find_tool("qemu-system-arm") is None,
    reason="needs arm-none-eabi-gcc and qemu-system-arm",
)


@pytest.mark.parametrize("model", ["kws-random", "ad-random"])
def test_committed_figures_hold_on_the_emulated_cortex_m4(model: str) -> None:
    known, committed = results.load()
    if known != toolchain():
        pytest.skip(f"the committed figures come from another toolchain: {known}")
    case = Case(model, "qemu-m4", "balanced")
    measured = measure(case)
    assert measured is not None
    assert results.regressions({case.key: committed[case.key]}, [measured.row]) == []
    assert measured.row.crc32 == committed[case.key].crc32
    assert results.improvements(committed, [measured.row]) == [], "better: `make bench` and commit the figures"
