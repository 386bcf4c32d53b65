"""What the emulator's plugin counted: its file, and cycles from blocks and cost tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.device.counting import plugin
from mcu_toolkit.device.counting.estimate import estimate
from mcu_toolkit.device.counting.trace import Block, Region, read_regions
from mcu_toolkit.errors import ToolFailedError, ToolMissingError
from mcu_toolkit.targets.arch.qemu import Qemu
from mcu_toolkit.targets.core import CORES, Instruction

#: A loop of a load, an addition and a branch, and a return.
CODE = {
    0x100: Instruction(0x100, 4, "ldr.w", "r0, [r1], #4"),
    0x104: Instruction(0x104, 2, "adds", "r2, r2, r0"),
    0x106: Instruction(0x106, 2, "bne.n", "100"),
    0x108: Instruction(0x108, 2, "bx", "lr"),
}
#: The loop ran ten times.
LOOP = Region((Block(0x100, 3, 10, 9), Block(0x108, 1, 1, 1)), flash_accesses=10, flash_lines=3)


def test_a_region_counts_its_instructions() -> None:
    assert LOOP.instructions == 31


def test_cycles_of_a_loop_on_the_cortex_m4() -> None:
    made = estimate(LOOP, CODE, CORES["cortex-m4"])
    assert made.cycles == 10 * (2 + 1 + 1) + 9 * 2 + 1 + 2
    assert (made.instructions, made.taken, made.flash_accesses) == (31, 10, 10)
    assert made.classes == {"load": 10, "alu": 10, "branch": 10, "return": 1}


def test_wait_states_delay_each_line_of_data_from_flash() -> None:
    core = CORES["cortex-m4"]
    assert estimate(LOOP, CODE, core, 5).cycles - estimate(LOOP, CODE, core).cycles == 5 * 3


def test_what_is_not_in_the_image_is_refused() -> None:
    with pytest.raises(ToolFailedError, match="0x10a that the image does not have"):
        estimate(Region((Block(0x108, 2, 1, 0),), 0, 0), CODE, CORES["cortex-m4"])


def test_only_regions_that_ended_are_read(tmp_path: Path) -> None:
    file = tmp_path / "counts.txt"
    whole = "region\nblock 100 3 10 9\naccess 100 10 3 0\naccess 104 0 0 4\nblock 108 1 1 1\nend\n"
    file.write_text(whole + "region\nblock 100 3 1 0\n", encoding="ascii")
    assert read_regions(file) == (LOOP,)


@pytest.mark.parametrize("text", ["region\nblock 100\nend\n", "nonsense\n", "region\nblock x 1 1 1\n"])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "counts.txt").write_text(text, encoding="ascii")
    with pytest.raises(ToolFailedError, match="plugin"):
        read_regions(tmp_path / "counts.txt")


def test_commas_in_paths_reach_the_plugin_as_commas() -> None:
    emulator = Qemu("qemu-system-arm")
    assert emulator.plugin("/a,b.so", {"out": "/c,d", "end": "10"}) == ("-plugin", "/a,,b.so,out=/c,,d,end=10")


def test_the_plugin_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if process.find_tool("gcc") is None:
        pytest.skip("needs gcc")
    made = plugin.plugin_file(tmp_path)
    monkeypatch.setattr(process, "run", lambda *_, **__: pytest.fail("compiled again"))
    assert plugin.plugin_file(tmp_path) == made
    assert made.stat().st_size > 0


def test_a_machine_without_a_compiler_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match="gcc"):
        plugin.plugin_file(tmp_path)
