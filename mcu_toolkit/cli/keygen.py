"""`mcutk keygen`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.options import verbose_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@verbose_option
def command(file: Path) -> None:
    """Make a pair of Ed25519 keys: FILE, which only you can read, and FILE.pub, which others check statements with."""
    from mcu_toolkit.workflow.attest import generate_keys

    click.echo(f"private key  {file}\npublic key   {generate_keys(file)}")
