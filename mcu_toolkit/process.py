"""All subprocesses start here.

Each has a time limit, an error with an install command if it is missing, and ends with the toolkit at the latest.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mcu_toolkit.errors import ToolFailedError, ToolMissingError

#: Program → command that installs it on Debian and Ubuntu. Architectures and flashers add their own programs when they
#: are registered.
INSTALL_HINTS: dict[str, str] = {
    "gcc": "sudo apt-get install gcc",
    "cc": "sudo apt-get install gcc",
    "make": "sudo apt-get install make",
    "cppcheck": "sudo apt-get install cppcheck",
}

_TAIL = 4000
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Completed:
    """Exit code and output of a program that has ended."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str


def find_tool(name: str) -> Path | None:
    """Path of a program; None if it is not installed."""
    found = shutil.which(name)
    return Path(found) if found else None


def require_tool(name: str) -> Path:
    """Path of a program.

    Raises:
        ToolMissingError: with the command that installs it.
    """
    found = find_tool(name)
    if found is None:
        raise ToolMissingError(
            f"the program '{name}' is not installed", hint=INSTALL_HINTS.get(name, f"install {name} and put it on PATH")
        )
    return found


def _die_with_parent() -> Callable[[], None] | None:
    """A hook that makes Linux end the child when the toolkit is killed; None on other systems."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def failure(argv: Sequence[str], code: int, text: str) -> ToolFailedError:
    """The error of a program that failed, with its output and a hint."""
    if os.strerror(errno.ENOSPC) in text:
        return ToolFailedError(
            f"'{argv[0]}' found no space left on the disk", hint="free disk space, then run the same command again"
        )
    return ToolFailedError(
        f"'{argv[0]}' failed with exit code {code}",
        received=text[-_TAIL:] or "no output",
        hint=f"run it by hand: {' '.join(argv)}",
    )


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    timeout: float = 300.0,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> Completed:
    """Run a program to its end and return its output.

    Args:
        argv: program and arguments; the program is looked up on PATH.
        cwd: folder to run in.
        timeout: seconds until it is killed.
        stdin: text for its standard input, which is empty otherwise.
        env: variables added to the environment.
        check: raise on a non-zero exit code.

    Raises:
        ToolMissingError: the program is not installed.
        ToolFailedError: it failed (with `check`) or exceeded `timeout`.
    """
    require_tool(argv[0])
    merged = {**os.environ, **env} if env else None
    with subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=merged,
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509  (one prctl call, async-signal-safe)
    ) as child:
        try:
            out, err = child.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired as late:
            _kill_group(child)
            raise ToolFailedError(
                f"'{argv[0]}' did not finish in {timeout:g} s and was stopped", received=" ".join(argv)
            ) from late
        except BaseException:
            _kill_group(child)
            raise
    done = Completed(tuple(argv), child.returncode, out, err)
    if check and done.returncode != 0:
        raise failure(argv, done.returncode, err.strip() or out.strip())
    return done


def run_all(commands: Sequence[Sequence[str]], *, jobs: int, cwd: Path | None = None, timeout: float = 300.0) -> None:
    """Run independent programs, at most `jobs` at a time; the first failure stops the rest.

    All are started by one thread: the hook between fork and exec is not safe in several.

    Args:
        commands: one argv per program.
        jobs: largest number that runs at a time.
        cwd: folder to run in.
        timeout: seconds for all of them together.

    Raises:
        ToolMissingError: a program is not installed.
        ToolFailedError: one failed (its output is in the message), or time ran out.
    """
    for program in {argv[0] for argv in commands}:
        require_tool(program)
    waiting = list(reversed(commands))
    alive: list[tuple[subprocess.Popen[bytes], Sequence[str], IO[bytes]]] = []
    deadline = time.monotonic() + timeout
    try:
        while waiting or alive:
            while waiting and len(alive) < max(jobs, 1):
                argv = waiting.pop()
                sink: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the program is reaped)
                alive.append((_start(argv, cwd, sink), argv, sink))
            for entry in [e for e in alive if e[0].poll() is not None]:
                alive.remove(entry)
                _reap(*entry)
            if alive and time.monotonic() > deadline:
                raise ToolFailedError(
                    f"'{alive[0][1][0]}' did not finish in {timeout:g} s and was stopped",
                    received=" ".join(alive[0][1]),
                )
            if alive:
                time.sleep(0.003)
    finally:
        for child, _, sink in alive:
            _kill_group(child)
            sink.close()


def _start(argv: Sequence[str], cwd: Path | None, sink: IO[bytes] | None) -> subprocess.Popen[bytes]:
    """Start a program in its own session that ends with the toolkit; its output goes to `sink`."""
    return subprocess.Popen(
        list(argv),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=sink or subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509  (one prctl call, async-signal-safe)
    )


def _reap(child: subprocess.Popen[bytes], argv: Sequence[str], sink: IO[bytes]) -> None:
    with sink:
        if child.returncode == 0:
            return
        sink.seek(0)
        text = sink.read().decode(errors="replace").strip()
    raise failure(argv, child.returncode, text)


@contextmanager
def running(
    argv: Sequence[str], *, cwd: Path | None = None, log: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program during a ``with`` block; it and its children have ended when the block ends, even by an exception.

    Args:
        argv: program and arguments.
        cwd: folder to run in.
        log: open file for its stdout and stderr, which are discarded otherwise.

    Raises:
        ToolMissingError: the program is not installed.
    """
    require_tool(argv[0])
    child = _start(argv, cwd, log)
    try:
        yield child
    finally:
        _kill_group(child)


def _kill_group(child: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a child and the programs that it started: with SIGTERM, then with SIGKILL."""
    for sign, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
        if child.poll() is not None:
            break
        with suppress(ProcessLookupError):
            os.killpg(child.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
