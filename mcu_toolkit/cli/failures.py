"""Errors on stderr, and exit codes."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

import click

from mcu_toolkit.errors import McutkError
from mcu_toolkit.printable import printable

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
BROKEN_PIPE = 141  # 128 + SIGPIPE
INTERNAL = 70  # EX_SOFTWARE

#: Exit codes and their meaning, as `mcutk help exit-codes` lists them.
EXIT_CODES = {
    0: "the job was done",
    1: "it was not done: a difference was found, an input is damaged or unsupported, a tool or port failed",
    2: "an argument, a recipe, a board descriptor or the project file is wrong",
    INTERNAL: "a defect of mcutk",
    INTERRUPTED: "interrupted by Ctrl-C",
    BROKEN_PIPE: "the reader of the output closed the pipe",
    143: "ended by SIGTERM",
}


class ReaderGone(Exception):
    """The reader of the output closed the pipe; click would report a BrokenPipeError as exit code 1."""


def exit_code(job: Callable[[], object], verbose: Callable[[], bool]) -> int:
    """Run a job; print its error, if any, on stderr.

    Args:
        job: the command.
        verbose: whether to show tracebacks; called after an error, since the command line decides it.

    Returns:
        One of `EXIT_CODES`; the reason is on stderr where it is not 0.
    """
    try:
        outcome = job()
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except McutkError as error:
        if verbose():
            _print("".join(traceback.format_exception(error)).rstrip())
        _print(f"error: {error}")
        return error.exit_code
    except click.ClickException as error:
        _print(_usage(error))
        return error.exit_code
    except ReaderGone:
        drop_stdout()
        return BROKEN_PIPE
    except (click.Abort, KeyboardInterrupt):
        _print("interrupted")
        return INTERRUPTED
    except OSError as error:
        return _on_os_error(error, verbose())
    except Exception as error:
        _print(_unexpected(error, verbose()))
        return INTERNAL


def _usage(error: click.ClickException) -> str:
    """A usage error in the form of all other errors."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "mcutk"
    message = error.format_message().rstrip(".")
    return f"error: {message[:1].lower()}{message[1:]}\n  try: {path} --help"


def _unexpected(error: BaseException, verbose: bool) -> str:
    """A defect of the toolkit in short, or with its traceback."""
    if verbose:
        return "".join(traceback.format_exception(error)).rstrip()
    return (
        f"error: unexpected {type(error).__name__}: {error}\n"
        "  this is a defect of mcutk, not of your input\n"
        "  try: the same command with -v shows the traceback to report"
    )


def _on_os_error(error: OSError, verbose: bool) -> int:
    """Exit code of an operating system error that no stage turned into a `McutkError`."""
    if error.errno == errno.EPIPE:
        drop_stdout()
        return BROKEN_PIPE
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        where = f" writing {error.filename}" if error.filename else ""
        _print(
            f"error: {error.strerror}{where}\n  try: free disk space, then run the same command again"
            + (f"\n{_unexpected(error, verbose)}" if verbose else "")
        )
        drop_stdout()
        return 1
    _print(_unexpected(error, verbose))
    return INTERNAL


def _print(text: str) -> None:
    """One message on stderr; nothing where stderr is closed."""
    with suppress(OSError, ValueError):
        print(printable(text, keep="\n\t"), file=sys.stderr, flush=True)


def drop_stdout() -> None:
    """Redirect stdout to the null device, so that the interpreter's last flush does not fail again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
