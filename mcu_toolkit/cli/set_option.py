"""The option `--set`."""

from __future__ import annotations

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.options import F


def set_option(function: F) -> F:
    """`--set KEY=VALUE`, any number of times; the command gets a dict."""

    def split(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
        from mcu_toolkit.errors import ConfigError

        pairs = {}
        for text in values:
            key, separator, value = text.partition("=")
            if not separator:
                raise ConfigError(
                    f"--set {text} has no value", expected="--set KEY=VALUE", hint="--set student.width=0.5"
                )
            pairs[key.strip()] = value.strip()
        return pairs

    return click.option(
        "--set",
        "overrides",
        metavar="KEY=VALUE",
        multiple=True,
        callback=split,
        shell_complete=complete.settings,
        help="Override a key of the recipe.",
    )(function)
