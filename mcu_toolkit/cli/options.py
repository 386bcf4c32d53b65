"""Options that several commands have in common, so that they mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.console import check_writable
from mcu_toolkit.cli.flags import Flags

F = TypeVar("F", bound=Callable[..., object])


def verbose_option(function: F) -> F:
    """`-v` after the command's name as well as before it."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        flags = ctx.find_object(Flags)
        if flags is not None and value:
            flags.verbose = True

    return click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=remember, help="Show tracebacks of errors."
    )(function)


def json_option(function: F) -> F:
    """`--json FILE`; refused at once where the file could not be written."""

    def check(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if value not in (None, "-"):
            check_writable(Path(value))
        return value

    return click.option(
        "--json", "json_path", metavar="FILE", callback=check, help="Also write the report as JSON; - is stdout."
    )(function)


def common_options(function: F) -> F:
    """`--json FILE` and `-v`, for every command that reports something."""
    return json_option(verbose_option(function))


def model_option(function: F) -> F:
    """`--model FILE.tflite`."""
    return click.option(
        "--model",
        "-m",
        type=click.Path(path_type=Path),
        metavar="FILE",
        shell_complete=complete.models,
        help="An int8 .tflite file; by default the model trained last, else the one that ships with mcutk.",
    )(function)


def optimize_option(function: F) -> F:
    """`--optimize GOAL`."""
    return click.option(
        "--optimize",
        type=click.Choice(["ram", "speed", "flash", "balanced"]),
        default="balanced",
        show_default=True,
        help="Optimization goal: least RAM, fewest cycles (may need more flash), least flash, or a balance of all.",
    )(function)


def port_option(function: F) -> F:
    """`--port PORT`."""
    return click.option(
        "--port",
        "-p",
        metavar="PORT",
        shell_complete=complete.ports,
        help="Serial port of the board; not needed by emulated boards.",
    )(function)


def data_option(text: str) -> Callable[[F], F]:
    """`--data DIR`."""
    return click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=text)


def positive(text: str, *names: str, **more: Any) -> Callable[[F], F]:
    """An option that takes a whole number of at least 1."""
    return click.option(*names, type=click.IntRange(min=1), metavar="N", help=text, **more)


def limit_option(function: F) -> F:
    """`--limit N`."""
    return positive("Only so many images, in the same proportions of the classes.", "--limit")(function)


def random_option(function: F) -> F:
    """`--random N`."""
    return positive("Use N random inputs instead of images.", "--random")(function)


def seed_option(function: F) -> F:
    """`--seed S`."""
    return click.option(
        "--seed",
        type=click.IntRange(0, 2**32 - 1),
        default=1,
        show_default=True,
        help="Seed of the first random input.",
    )(function)


def profile_option(function: F) -> F:
    """`--profile`."""
    return click.option("--profile", is_flag=True, help="Also measure every layer.")(function)


def stream_option(function: F) -> F:
    """`--stream`."""
    return click.option(
        "--stream",
        is_flag=True,
        help="The samples are a sequence: keep the model's variables between them, and compare every step.",
    )(function)


def skip_bad_option(function: F) -> F:
    """`--skip-bad`."""
    return click.option("--skip-bad", is_flag=True, help="Leave out images that cannot be read, and count them.")(
        function
    )


def images_option(function: F) -> F:
    """`--images`."""
    return click.option(
        "--images", is_flag=True, help="Show some images in report.html, which then only its owner can read."
    )(function)


def names_option(function: F) -> F:
    """`--names`."""
    return click.option(
        "--names", is_flag=True, help="Name samples by their files in reports, instead of by their numbers."
    )(function)
