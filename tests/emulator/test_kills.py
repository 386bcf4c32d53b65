"""SIGKILL at random moments of build, flash and bench; ``make kills`` runs 50."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fuzz.kills import Place, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"),
    pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="needs qemu-system-arm"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc"),
]


def test_a_killed_command_leaves_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    run(Place.prepared(tmp_path), seed=2, kills=3)
