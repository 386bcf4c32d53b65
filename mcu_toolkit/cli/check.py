"""`mcutk check`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, port_option


@click.command()
@click.argument("statement", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Public key of the person who signed, from a source that you trust.",
)
@click.option("--device", is_flag=True, help="Also ask a board whether it runs the firmware of the statement.")
@board_option("Board to ask; by default that of the statement.")
@port_option
@common_options
def command(
    statement: Path, key: Path, device: bool, board: str | None, port: str | None, json_path: str | None
) -> None:
    """Check a signed statement: its signature, the files that are here, and with --device the firmware of a board."""
    from mcu_toolkit.workflow.attest import CheckOptions, check

    with context() as ctx:
        record = check(ctx, CheckOptions(statement, key, device or port is not None, board, port))
    lines = [f"signed by key {record.key_id[:16]}…", *(f"as signed    {name}" for name in record.checked)]
    lines += [f"not here     {name}" for name in record.absent]
    if record.device:
        lines.append(f"as signed    the firmware that {record.board} runs")
    show(json_path, record, "\n".join(lines))
