"""The command line to type next, complete for the board at hand: shell-quoted, with the port where one is known."""

from __future__ import annotations

import shlex

from mcu_toolkit.boards import Board
from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workspace import Workspace

_ANY_PORT = "PORT"


def after_build(workspace: Workspace, board: Board) -> str:
    """What follows a build: program the board and measure it.

    Raises:
        ConfigError: the project file is wrong.
    """
    from mcu_toolkit.device.flashers import flashers_of

    flash, bench = ["mcutk", "flash"], _bench(workspace, board)
    if "--port" in bench and any(flasher.needs_port for flasher in flashers_of(board)[:1]):
        flash += ["--port", bench[-1]]
    return _line(board, [flash, bench])


def after_flash(workspace: Workspace, board: Board) -> str:
    """What follows programming: measure the board.

    Raises:
        ConfigError: the project file is wrong.
    """
    return _line(board, [_bench(workspace, board)])


def _bench(workspace: Workspace, board: Board) -> list[str]:
    """The bench of a board, with the port where the project names none."""
    from mcu_toolkit.device.ports import ports_of

    if board.is_emulated or load_settings(workspace).port is not None:
        return ["mcutk", "bench"]
    found = ports_of(board)
    return ["mcutk", "bench", "--port", found[0] if len(found) == 1 else _ANY_PORT]


def _line(board: Board, commands: list[list[str]]) -> str:
    typed = " && ".join(map(shlex.join, commands))
    if commands[-1][-1] == _ANY_PORT:
        return f"connect the board, then {typed} (mcutk doctor lists the ports)"
    return typed
