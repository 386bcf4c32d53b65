"""`mcutk help`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.failures import EXIT_CODES
from mcu_toolkit.cli.main import COMMANDS, cli
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean

_TOPICS = {"exit-codes": "\n".join(f"{code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())}


@click.command()
@click.argument("topic", required=False)
def command(topic: str | None) -> None:
    """Show the help of a command, or of a topic: exit-codes."""
    if topic in _TOPICS:
        click.echo(_TOPICS[topic])
        return
    root = click.Context(cli, info_name="mcutk")
    if topic is None:
        click.echo(cli.get_help(root))
        return
    chosen = cli.get_command(root, topic)
    if chosen is None:
        known = (*COMMANDS, *_TOPICS)
        raise ConfigError(f"there is no help on '{topic}'", expected=", ".join(known), hint=did_you_mean(topic, known))
    click.echo(chosen.get_help(click.Context(chosen, info_name=topic, parent=root)))
