"""`mcutk doctor`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options


@click.command()
@board_option("Look only for what this board needs; by default for everything.")
@common_options
def command(board: str | None, json_path: str | None) -> None:
    """Say what this machine lacks and the command that installs it.

    Exit code 1 where a compiler or emulator is missing that the board needs: the one given, else the project's, else
    qemu-m4.
    """
    from mcu_toolkit.report.doctor import doctor_text
    from mcu_toolkit.workflow.doctor import doctor, require_ready

    with context() as ctx:
        record = doctor(ctx, board)
    show(json_path, record, doctor_text(record))
    require_ready(record)
