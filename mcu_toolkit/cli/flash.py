"""`mcutk flash`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mcu_toolkit.cli.console import common_options, console, progress_bar, write_json
from mcu_toolkit.cli.options import board_option, port_option
from mcu_toolkit.workflow.sources import board_key, pick_board, pick_port
from mcu_toolkit.workspace import Workspace

if TYPE_CHECKING:
    from mcu_toolkit.boards import Board
    from mcu_toolkit.device.types import FlashReport


def flash_board(
    workspace: Workspace, board: Board, port: str | None, *, tool: str | None = None, key: str | None = None
) -> FlashReport:
    """Program what was built for a board, and remember which firmware it holds now.

    Args:
        tool: name of a flasher; by default the first of the board's that is installed.
        key: how `bench` finds the board again; its id by default.

    Raises:
        WorkspaceError: nothing was built, or the build was changed since.
        ToolError, PortError: the flasher or the port.
    """
    from mcu_toolkit.device.flash import flash
    from mcu_toolkit.workflow.build import require_build

    folder = workspace.build_dir(board.id)
    require_build(folder, board)
    done = flash(board, folder, workspace.device_dir(board.id), port, tool=tool)
    flashed = {**workspace.state().get("flashed", {}), board.id: done.firmware_sha256}
    workspace.remember(flash=key or board.id, flashed=flashed)
    return done


@click.command()
@board_option("Board to program; by default the one built for last.")
@port_option
@click.option("--tool", metavar="NAME", help="Flasher to use; `mcutk boards` lists each board's.")
@common_options
def command(board_id: str | None, port: str | None, tool: str | None, json_path: str | None) -> None:
    """Program a board with what was built for it last."""
    workspace = Workspace.find()
    board = pick_board(workspace, board_id, "build")
    with progress_bar() as progress:
        progress("flash", 0, 0)
        done = flash_board(
            workspace, board, pick_port(workspace, board, port), tool=tool, key=_key(workspace, board, board_id)
        )
    out = console(json_path)
    out.print(f"{board.id}: {done.said}", markup=False, soft_wrap=True)
    out.print(f"firmware {done.firmware_sha256[:12]}; next: mcutk bench", markup=False)
    write_json(json_path, {"schema": "mcutk.flash/1", **asdict(done)})


def _key(workspace: Workspace, board: Board, given: str | None) -> str:
    """The board given, or what the build remembered."""
    if given is not None:
        return board_key(board, given)
    return str(workspace.state().get("build", board.id))
