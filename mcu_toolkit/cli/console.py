"""What every command needs to speak: the terminal, notes, progress bars, `--json`. Rich is imported on first use."""

from __future__ import annotations

import os
import shlex
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mcu_toolkit.cli.main import ReaderGone, Settings
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workspace import Workspace, atomic_write, to_json

if TYPE_CHECKING:
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., object])

#: Work that ends sooner than this shows no bar.
BAR_AFTER_S = 2.0


def console(json_path: str | None = None) -> Console:
    """The terminal for tables; stderr where stdout carries the JSON (`--json -`). Honours NO_COLOR and COLUMNS.

    When not on a terminal, tables are printed as wide as they need instead of being cut to 80 columns.
    """
    from rich.console import Console

    class Terminal(Console):
        def on_broken_pipe(self) -> None:
            raise ReaderGone  # rich itself would leave with exit code 1

    stream = sys.stderr if json_path == "-" else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 160
    return Terminal(file=stream, highlight=False, width=width, soft_wrap=False)


def command_line() -> str:
    """The command as it was typed, for manifests and reports; the program's path is left out."""
    return shlex.join(["mcutk", *sys.argv[1:]])


def note(text: str) -> None:
    """A remark that is no part of the output: on stderr."""
    click.echo(text, err=True)


def verbose_option(function: F) -> F:
    """`-v` after the command's name as well as before it."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        settings = ctx.find_object(Settings)
        if settings is not None and value:
            settings.verbose = True

    return click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=remember, help="Say more; show tracebacks."
    )(function)


def json_option(function: F) -> F:
    """`--json FILE`; refused at once where the file could not be written after the work."""

    def check(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if value not in (None, "-"):
            check_writable(Path(value))
        return value

    return click.option(
        "--json", "json_path", metavar="FILE", callback=check, help="Also write the report as JSON; - is stdout."
    )(function)


def common_options(function: F) -> F:
    """`--json FILE` and `-v`, which every command that reports something has."""
    return json_option(verbose_option(function))


def check_writable(path: Path) -> None:
    """Find out before minutes of work that the report could not be written after it.

    Raises:
        WorkspaceError: `path` is a folder, or its folder cannot be made or written to.
    """
    if path.is_dir():
        raise WorkspaceError(f"{path} is a folder", expected="the name of a file to write the report to")
    nearest = path.parent
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise WorkspaceError(f"cannot write {path}: {nearest} is not a folder that can be written to")


def write_json(json_path: str | None, document: Mapping[str, Any]) -> None:
    """Write a report where `--json` asked for it.

    Raises:
        WorkspaceError: the disk refuses.
    """
    if json_path is None:
        return
    text = to_json(document)
    if json_path == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(json_path)
    # A device or pipe (/dev/stdout, /dev/full, a process substitution) is written to, never replaced by a file.
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        try:
            with path.open("w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as bad:
            raise WorkspaceError(f"cannot write {path}: {bad.strerror}") from bad
        return
    atomic_write(path, text)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress callback that draws a bar on stderr once the work has taken two seconds; silent off a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    bar = _Bar()
    try:
        yield bar.update
    finally:
        bar.close()


@contextmanager
def context() -> Iterator[Context]:
    """The context of a use case: the project folder found from here, a progress bar, and the command as typed."""
    with progress_bar() as progress:
        yield Context(Workspace.find(), progress, note, command_line())


class _Bar:
    """A bar that appears only when the work proves long; one line a stage."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._stage = ""
        self._task: Any = None
        self._live: Any = None

    def update(self, stage: str, done: int, total: int) -> None:
        """Take one report of progress."""
        if self._live is None:
            if time.monotonic() - self._started < BAR_AFTER_S:
                return
            self._live = self._begin()
        if stage != self._stage:
            self._stage = stage
            self._task = self._live.add_task(stage, total=total or None)
        self._live.update(self._task, completed=done, total=total or None)

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._live is not None:
            self._live.stop()

    @staticmethod
    def _begin() -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        live = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("elapsed ·"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
        )
        live.start()
        return live
