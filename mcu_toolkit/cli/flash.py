"""`mcutk flash`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mcu_toolkit.cli.console import console, progress_bar, verbose_option
from mcu_toolkit.cli.options import board_option, port_option
from mcu_toolkit.cli.sources import board_key, pick_board, pick_port
from mcu_toolkit.workspace import Workspace

if TYPE_CHECKING:
    from mcu_toolkit.board import Board
    from mcu_toolkit.device.types import Firmware


def flash_board(workspace: Workspace, board: Board, port: str | None, *, key: str | None = None) -> Firmware:
    """Program what was built for a board, and remember which firmware it holds now.

    Raises:
        WorkspaceError: nothing was built, or the build was changed since.
        ToolError, PortError: the flasher or the port.
    """
    from mcu_toolkit.cli.building import require_build
    from mcu_toolkit.device.firmware import read_build
    from mcu_toolkit.device.flash import flash

    folder = workspace.build_dir(board.id)
    require_build(folder, board)
    firmware = read_build(folder)
    flash(board, folder, workspace.device_dir(board.id), port)
    flashed = {**workspace.state().get("flashed", {}), board.id: firmware.firmware_sha256}
    workspace.remember(flash=key or board.id, flashed=flashed)
    return firmware


@click.command()
@board_option("Board to program; by default the one built for last.")
@port_option
@verbose_option
def command(board_id: str | None, port: str | None) -> None:
    """Program a board with what was built for it last."""
    workspace = Workspace.find()
    board = pick_board(workspace, board_id, "build")
    with progress_bar() as progress:
        progress("flash", 0, 0)
        firmware = flash_board(
            workspace, board, pick_port(workspace, board, port), key=_key(workspace, board, board_id)
        )
    out = console()
    out.print(
        f"{board.id} holds firmware {firmware.firmware_sha256[:12]} (model {firmware.model_sha256[:12]})", markup=False
    )
    out.print("next: mcutk bench", markup=False)


def _key(workspace: Workspace, board: Board, given: str | None) -> str:
    """The board given, or what the build remembered."""
    if given is not None:
        return board_key(board, given)
    return str(workspace.state().get("build", board.id))
