"""`--board ID` and `--trust` of the commands that take a board."""

from __future__ import annotations

from collections.abc import Callable

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.flags import Flags
from mcu_toolkit.cli.options import F


def board_option(text: str) -> Callable[[F], F]:
    """`--board ID`, and `--trust` for a descriptor of the project."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        flags = ctx.find_object(Flags)
        if flags is not None and value:
            flags.trust = True

    board = click.option("--board", "-b", metavar="ID", shell_complete=complete.boards, help=text)
    trust = click.option(
        "--trust",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Use a board descriptor of the project without asking, from now on.",
    )
    return lambda function: board(trust(function))
