"""Build, board and doctor reports on the terminal."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.records.boards import BoardRow, BoardsRecord
from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.doctor import DoctorRecord, Finding
from mcu_toolkit.records.memory import FlashMemory, Memory, RamMemory
from mcu_toolkit.report.boards import boards_text
from mcu_toolkit.report.build import build_text
from mcu_toolkit.report.doctor import doctor_text
from tests.support.records import example
from tests.support.terminal import shown

RAM = RamMemory(40_000, 30_000, 31_000, 1_808, 8_192, 900, 80_000)


def test_a_build_shows_memory_beside_the_limits() -> None:
    memory = Memory(FlashMemory(60_000, 12_000, 3_000, 40_000, 8_000, 1 << 20), RAM)
    text = shown(build_text(replace(example(BuildRecord), memory=memory, macs=1_234, optimize="speed")))
    assert "weights 40,000, engine 12,000 (code 9,000, tables 3,000), other 8,000; █░░░░░░░░░ 5.7 %" in text
    assert "arena 30,000, static 1,808, stack 8,192; █████░░░░░ 50.0 %" in text
    assert "of the stack at most 900 needed; live-tensor bound of the arena 31,000" in text
    assert "1,234" in text and "optimized for speed" in text


def test_a_stack_without_a_bound_is_a_dash() -> None:
    memory = Memory(FlashMemory(1, 1, 0, 0, 0, 10), replace(RAM, stack_bound=None))
    assert "of the stack at most – needed" in shown(build_text(replace(example(BuildRecord), memory=memory)))


def test_boards_are_listed() -> None:
    row = BoardRow(
        "b1", "A board [x]", "mcu", "cortex-m4", "dsp", 1 << 20, 1 << 18, "cycles", False, ("swd", "dfu"), ""
    )
    text = shown(boards_text(BoardsRecord((row,))))
    assert "A board [x]" in text and "1,024" in text and "256" in text and "swd, dfu" in text


def test_the_doctor_marks_what_is_missing() -> None:
    findings = (
        Finding("gcc", "eval", False, "12.2"),
        Finding("qemu", "boards", True, None, "apt install [x]"),
        Finding("pyocd", "flashing", False, None, "pip install pyocd"),
    )
    _, gcc, qemu, pyocd = shown(doctor_text(DoctorRecord(False, findings))).strip().split("\n")
    assert gcc.startswith("ok") and "12.2" in gcc
    assert qemu.startswith("missing") and "apt install [x]" in qemu
    assert pyocd.startswith("-")
