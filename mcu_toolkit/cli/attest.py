"""`mcutk attest`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context
from mcu_toolkit.cli.options import verbose_option


@click.command()
@board_option("Board whose last bench is attested; by default the one flashed last.")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="Your private key (mcutk keygen).",
)
@verbose_option
def command(board: str | None, key: Path) -> None:
    """Sign one statement about the last bench: model, firmware and report by hash, and what they were made from.

    Writes an in-toto statement in a DSSE envelope beside the report. mcutk check verifies it.
    """
    from mcu_toolkit.workflow.attest import attest

    with context() as ctx:
        path = attest(ctx, key, board=board)
    click.echo(f"statement  {path}")
