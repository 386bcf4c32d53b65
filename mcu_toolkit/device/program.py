"""Programs a board with its build, with the first of its flashers that this machine has."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit.boards import Board
from mcu_toolkit.device.firmware import read_build
from mcu_toolkit.device.flashers import FLASHERS, Flasher, FlashJob, flashers_of
from mcu_toolkit.errors import ConfigError, ToolMissingError, WorkspaceError
from mcu_toolkit.records.flash import FlashRecord
from mcu_toolkit.suggest import did_you_mean


def program(
    board: Board, build_dir: Path, device_dir: Path, port: str | None = None, *, tool: str | None = None
) -> FlashRecord:
    """Program a board.

    Args:
        board: the board.
        build_dir: its build folder.
        device_dir: flash memory of an emulated board.
        port: serial port, for the flashers that need one.
        tool: name of a flasher; None for the first one of the descriptor that this machine has.

    Raises:
        WorkspaceError: nothing was built, for another board, or the image was changed since.
        ToolMissingError: none of the board's flashers is installed.
        ConfigError: the board or the user names a flasher that does not program it.
        ToolFailedError: the flasher failed.
        PortError: a port is needed, missing or in use.
    """
    made = read_build(build_dir)
    if made.board != board.id:
        raise WorkspaceError(
            "the build is for another board",
            expected=board.id,
            received=made.board,
            hint=f"mcutk build --board {board.id}",
        )
    flasher = _named(board, tool) if tool is not None else _first(board)
    said = flasher.flash(FlashJob(board, build_dir, made, device_dir, port))
    return FlashRecord(board.id, flasher.name, made.firmware_sha256, said)


def _named(board: Board, tool: str) -> Flasher:
    if tool not in board.flash.tools:
        raise ConfigError(
            f"'{tool}' does not program '{board.id}'",
            expected=", ".join(board.flash.tools),
            received=tool,
            hint=did_you_mean(tool, board.flash.tools),
        )
    flasher = FLASHERS.find(tool)
    flasher.require(board)
    return flasher


def _first(board: Board) -> Flasher:
    lacking: list[ToolMissingError] = []
    for flasher in flashers_of(board):
        try:
            flasher.require(board)
        except ToolMissingError as missing:
            lacking.append(missing)
            continue
        return flasher
    if len(lacking) == 1:
        raise lacking[0]
    raise ToolMissingError(
        f"none of the tools that program '{board.id}' is installed",
        expected=" or ".join(board.flash.tools),
        hint="; or ".join(str(missing.hint) for missing in lacking),
    )
