"""The registry of flashers: its entries are complete, and a plug-in can add one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit import process
from mcu_toolkit.boards import list_boards, load_board
from mcu_toolkit.device.flashers import FLASHERS, Flasher, FlashJob, flashers_of
from mcu_toolkit.errors import ConfigError


def test_registered_flashers_are_complete() -> None:
    assert {"emulator", "pyocd", "openocd", "bossac", "arduino-cli"} <= set(FLASHERS)
    for name, flasher in FLASHERS.items():
        assert isinstance(flasher, Flasher) and flasher.name == name and flasher.summary
        assert all(process.INSTALL_HINTS[program] for program in flasher.programs)


def test_shipped_boards_name_flashers_that_exist() -> None:
    for board in list_boards():
        assert [flasher.name for flasher in flashers_of(board)] == list(board.flash.tools)


def test_an_unknown_flasher_in_a_descriptor_is_an_error() -> None:
    board = load_board("qemu-m4")
    board = replace(board, flash=replace(board.flash, tools=("emulater",)))
    with pytest.raises(ConfigError, match=r"'flash\.tools' of the board 'qemu-m4' is wrong") as caught:
        flashers_of(board)
    assert "did you mean 'emulator'?" in str(caught.value)


class Punch(Flasher):
    """A flasher of a plug-in."""

    name = "punch"
    summary = "punches cards"

    def require(self, board: object) -> None:
        """Needs no program."""

    def flash(self, job: FlashJob) -> str:
        """Returns a line of text."""
        return f"punched {job.board.id}"


def test_a_flasher_can_be_added_from_outside() -> None:
    board = load_board("qemu-m4")
    with FLASHERS.added("punch", Punch()):
        board = replace(board, flash=replace(board.flash, tools=("punch",)))
        assert flashers_of(board)[0].name == "punch"
