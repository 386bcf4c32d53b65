"""`mcutk flash`."""

from __future__ import annotations

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, port_option


@click.command()
@board_option("Board to program; by default the one built for last.")
@port_option
@click.option(
    "--tool", metavar="NAME", shell_complete=complete.tools, help="Flasher to use; `mcutk boards` lists each board's."
)
@common_options
def command(board: str | None, port: str | None, tool: str | None, json_path: str | None) -> None:
    """Program a board with what was built for it last."""
    from mcu_toolkit.workflow.flash import flash
    from mcu_toolkit.workflow.next_step import after_flash
    from mcu_toolkit.workflow.sources import pick_board

    with context() as ctx:
        record = flash(ctx, board=board, port=port, tool=tool)
    flashed = pick_board(ctx, None, last=("flash",)).board
    firmware = f"firmware {record.firmware_sha256[:12]}"
    following = f"next: {after_flash(ctx.workspace, flashed)}"
    show(json_path, record, f"{record.board}: {record.said}\n{firmware}\n{following}")
