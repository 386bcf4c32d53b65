"""The plugin that counts, on the emulated boards: exact totals, branches, layers, and what it leaves unchanged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mcu_toolkit.boards import list_boards, load_board
from mcu_toolkit.device.counting.run import count
from mcu_toolkit.device.program import program
from mcu_toolkit.device.stream import stream
from mcu_toolkit.targets.core import CORES
from tests.support.device import build_tiny, samples

EMULATED = [board.id for board in list_boards() if board.is_emulated]
#: Turns of the loop with which a board calibrates its timer (hal_cortexm.c).
TURNS = 2_000_000
#: Instructions per tick of the coarsest timer, and instructions between the timer's reads and the region's ends.
TICK = 64

pytestmark = [
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"),
    pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="needs qemu-system-arm"),
    pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc"),
]


@pytest.mark.parametrize("name", EMULATED)
def test_counts_agree_with_the_timer_on_every_emulated_board(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    built = build_tiny(board, tmp_path / "build")
    program(board, tmp_path / "build", tmp_path / "device")
    inputs = samples(1)
    plain = stream(board, tmp_path / "device", None, inputs, firmware=built.firmware_id)
    counted = count(board, tmp_path / "device", inputs[0].tobytes(), cache=tmp_path, steps=True)
    assert counted.latency == plain.latencies[0]  # the plugin changes no count
    assert abs(counted.inference.instructions - counted.latency) <= TICK
    turns = max(counted.calibration.blocks, key=lambda block: block.count)
    assert sum(block.count for block in counted.calibration.blocks if block.start == turns.start) >= TURNS - 1
    assert sum(block.taken for block in counted.calibration.blocks) - (TURNS - 1) in range(10)
    assert 2 * TURNS <= counted.calibration.instructions <= 2 * TURNS + TICK
    layers = sum(region.instructions for region in counted.steps)
    assert len(counted.steps) == 2
    assert abs(layers - counted.inference.instructions) <= 2 * TICK
    made = counted.estimate(CORES[board.core.cpu])
    assert made.cycles >= made.instructions / 2
    assert sum(made.classes.values()) == made.instructions
    assert 0 < made.flash_lines <= made.flash_accesses  # the weights
