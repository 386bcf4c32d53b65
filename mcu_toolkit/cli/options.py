"""Options that several commands share, so that they mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])


def _boards(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Board ids, for the shell's completion."""
    from mcu_toolkit.assets import asset_dir

    return [p.stem for p in sorted(asset_dir("boards").glob("*.toml")) if p.stem.startswith(incomplete)]


def board_option(text: str) -> Callable[[F], F]:
    """`--board ID`."""
    return click.option("--board", "-b", "board_id", metavar="ID", shell_complete=_boards, help=text)


def model_option(function: F) -> F:
    """`--model FILE.tflite`."""
    return click.option(
        "--model",
        "-m",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="An int8 .tflite file; by default the model trained last, else the one that ships with mcutk.",
    )(function)


def optimize_option(function: F) -> F:
    """`--optimize MODE`."""
    return click.option(
        "--optimize",
        type=click.Choice(["ram", "speed", "balanced"]),
        default="balanced",
        show_default=True,
        help="What to spend least of: RAM, instructions (may spend flash), or a balance.",
    )(function)


def port_option(function: F) -> F:
    """`--port PORT`."""
    return click.option(
        "--port",
        "-p",
        metavar="PORT",
        help="Serial port of the board; emulated boards bring their own.",
    )(function)


def data_option(text: str) -> Callable[[F], F]:
    """`--data DIR`."""
    return click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=text)


def positive(text: str, *names: str, **more: Any) -> Callable[[F], F]:
    """An option that takes a whole number of at least 1."""
    return click.option(*names, type=click.IntRange(min=1), metavar="N", help=text, **more)


def skip_bad_option(function: F) -> F:
    """`--skip-bad`."""
    return click.option("--skip-bad", is_flag=True, help="Leave out images that cannot be read, and count them.")(
        function
    )
