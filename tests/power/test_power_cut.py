"""A sample of the power-cut matrix; `make power-cut` tries every point of every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.power.matrix import COMMANDS, Cut, sample
from tests.support.arm_rig import needs_arm
from tests.support.host_rig import needs_gcc


@needs_arm
@needs_gcc
@pytest.mark.slow
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_after_a_power_cut_the_next_command_works_and_tells_the_truth(command: str, tmp_path: Path) -> None:
    cut = Cut.make(tmp_path)
    before = cut.prepared(command)
    points = cut.points(before, command)
    assert points > 5, "the shim sees the calls of the command"
    for at in sample(points, 2):
        cut.check(before, command, at)


def test_a_sample_has_the_first_and_the_last_point() -> None:
    assert sample(100, 3) == [1, 50, 100] and sample(2, 3) == [1, 2]
