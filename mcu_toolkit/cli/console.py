"""The terminal: tables on stdout, notes and progress on stderr, `--json` files. Rich is imported on first use."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcu_toolkit.cli.failures import ReaderGone
from mcu_toolkit.cli.flags import Flags
from mcu_toolkit.cli.progress import progress_bar
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.printable import printable
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workspace import Workspace, atomic_write

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    from mcu_toolkit.records.codec import Record


@contextmanager
def context(root: Path | None = None) -> Iterator[Context]:
    """The context of a use case: project folder, progress bar, notes on stderr, and the command as typed.

    Args:
        root: the project folder; by default the nearest folder upward with an ``mcutk.toml``, else the current one.
    """
    workspace = Workspace.find() if root is None else Workspace(root)
    with progress_bar() as progress:
        yield Context(workspace, progress, note, command_line(), trusts)


def trusts(descriptor: Path) -> bool:
    """Whether the user trusts a board descriptor: by `--trust`, or asked where there is a terminal."""
    flags = click.get_current_context().find_object(Flags)
    if flags is not None and flags.trust:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    question = f"The board descriptor {descriptor} decides which programs run and what they write to. Trust it?"
    return click.confirm(question, default=False, err=True)


def command_line() -> str:
    """The command as it was typed, for manifests and reports; without the path of the program."""
    return shlex.join(["mcutk", *sys.argv[1:]])


def note(text: str) -> None:
    """Print a remark that is not part of the result on stderr."""
    click.echo(printable(text, keep="\n\t"), err=True)


def console(json_path: str | None = None) -> Console:
    """The terminal for tables; stderr where stdout carries the JSON (`--json -`). Honours NO_COLOR and COLUMNS.

    Where the output is not a terminal, tables are as wide as they need instead of being cut to 80 columns.
    """
    from rich.console import Console
    from rich.segment import Segment

    class Terminal(Console):
        def on_broken_pipe(self) -> None:
            raise ReaderGone  # rich itself would leave with exit code 1

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            """Names from files cannot move the cursor or turn the direction of writing."""
            for segment in super().render(renderable, options):
                safe = segment.text if segment.control else printable(segment.text, keep="\n")
                yield Segment(safe, segment.style, segment.control)

    stream = sys.stderr if json_path == "-" else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 160
    return Terminal(file=stream, highlight=False, width=width, soft_wrap=False)


def show(json_path: str | None, record: Record, *parts: RenderableType) -> None:
    """Print tables and lines of text, then write the record where `--json` asked for it.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    out = console(json_path)
    for part in parts:
        if isinstance(part, str):
            out.print(part, markup=False, soft_wrap=True)
        else:
            # The cells of tables have markup; names in them are escaped. A long word may leave the screen, whole.
            out.print(part, crop=False)
    write_json(json_path, record)


def write_json(json_path: str | None, record: Record) -> None:
    """Write the document of a record to the file of `--json`; `-` is stdout.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    from mcu_toolkit.records.codec import dumps

    if json_path is None:
        return
    text = dumps(record)
    if json_path == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))  # JSON is UTF-8 whatever the terminal's encoding (RFC 8259)
        sys.stdout.buffer.flush()
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


def check_writable(path: Path) -> None:
    """Refuse a report file that cannot be written, before minutes of work.

    Raises:
        WorkspaceError: `path` is a folder, or its folder does not exist or cannot be written to.
    """
    if path.is_dir():
        raise WorkspaceError(f"{path} is a folder", expected="the name of a file for the report")
    if not path.parent.is_dir():
        raise WorkspaceError(
            f"cannot write {path}: there is no folder {path.parent}", hint=shlex.join(["mkdir", "-p", str(path.parent)])
        )
    if not os.access(path.parent, os.W_OK):
        raise WorkspaceError(f"cannot write {path}: {path.parent} is not a folder that can be written to")
