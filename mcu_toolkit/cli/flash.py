"""`mcutk flash`."""

from __future__ import annotations

import click

from mcu_toolkit.boards import Board
from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import board_option, common_options, port_option
from mcu_toolkit.records.state import read_state
from mcu_toolkit.workflow.sources import board_key, pick_board, pick_port
from mcu_toolkit.workspace import Workspace


@click.command()
@board_option("Board to program; by default the one built for last.")
@port_option
@click.option("--tool", metavar="NAME", help="Flasher to use; `mcutk boards` lists each board's.")
@common_options
def command(board_id: str | None, port: str | None, tool: str | None, json_path: str | None) -> None:
    """Program a board with what was built for it last."""
    from mcu_toolkit.workflow.flash import flash_board

    with context() as ctx:
        workspace = ctx.workspace
        board = pick_board(workspace, board_id, "build")
        ctx.progress("flash", 0, 0)
        done = flash_board(
            ctx, board, pick_port(workspace, board, port), tool=tool, key=_key(workspace, board, board_id)
        )
    out = console(json_path)
    out.print(f"{board.id}: {done.said}", markup=False, soft_wrap=True)
    out.print(f"firmware {done.firmware_sha256[:12]}; next: mcutk bench", markup=False)
    write_json(json_path, done)


def _key(workspace: Workspace, board: Board, given: str | None) -> str:
    """The board given, or what the build remembered."""
    if given is not None:
        return board_key(board, given)
    return read_state(workspace).build or board.id
