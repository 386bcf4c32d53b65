"""All subprocesses start here, but the guardian (`guardian`), which ends them if the toolkit is killed.

Each has a time limit, an error with an install command if it is missing, and ends with the toolkit at the latest.
"""

from __future__ import annotations

import atexit
import ctypes
import errno
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from mcu_toolkit import guardian
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
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was killed before the call
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


@cache
def _temporary() -> Path:
    """A temporary directory for the programs: a compiler that is killed leaves its files there, and it is removed."""
    folder = guardian.scratch_folder("mcutk-")
    atexit.register(guardian.remove_folder, folder)
    return folder


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(_temporary()), **(more or {})}


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
    with subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=_environment(env),
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509  (one prctl call, async-signal-safe)
    ) as child:
        guardian.watch_group(child.pid)
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
        finally:
            guardian.release_group(child.pid)
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


def _start(
    argv: Sequence[str], cwd: Path | None, sink: IO[bytes] | int | None, *, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a program in its own session that ends with the toolkit; its output goes to `sink`."""
    child = subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=_environment(),
        stdin=stdin,
        stdout=sink or subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if sink == subprocess.PIPE else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509  (one prctl call, async-signal-safe)
    )
    guardian.watch_group(child.pid)
    return child


def _reap(child: subprocess.Popen[bytes], argv: Sequence[str], sink: IO[bytes]) -> None:
    guardian.release_group(child.pid)
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


class Responder:
    """A program that answers each request on its standard input with one reply on its standard output.

    Requests and replies are eight bytes of length (little endian) and that many bytes. The program is started by the
    first request. It is killed when a reply is late, too long or does not come, and the next request starts it again.

    Args:
        argv: program and arguments.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = tuple(argv)
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes, *, timeout: float, limit: int) -> bytes:
        """The reply to a request.

        Args:
            request: its bytes.
            timeout: seconds until the program is killed.
            limit: largest reply in bytes.

        Raises:
            ToolMissingError: the program is not installed.
            ToolFailedError: it ended, was late, or sent more than `limit` bytes.
        """
        if self._child is None:
            require_tool(self._argv[0])
            self._child = _start(self._argv, None, subprocess.PIPE, stdin=subprocess.PIPE)
            atexit.register(self.close)
            for stream in (self._child.stdin, self._child.stdout):
                assert stream is not None
                os.set_blocking(stream.fileno(), False)
        try:
            return _exchange(self._child, self._argv[0], request, time.monotonic() + timeout, limit)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the program."""
        child, self._child = self._child, None
        atexit.unregister(self.close)
        if child is not None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            guardian.release_group(child.pid)
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()


def _exchange(child: subprocess.Popen[bytes], name: str, request: bytes, deadline: float, limit: int) -> bytes:
    """Send a request and receive its reply; both at once, because either pipe may be full."""
    assert child.stdin is not None and child.stdout is not None
    source, sink = child.stdout.fileno(), child.stdin.fileno()
    unsent, reply = memoryview(len(request).to_bytes(8, "little") + request), bytearray()
    wanted = 8
    while len(reply) < wanted:
        left = deadline - time.monotonic()
        readable, writable, _ = select.select([source], [sink] if unsent else [], [], max(left, 0))
        if not readable and not writable:
            raise ToolFailedError(f"'{name}' did not answer in time and was stopped")
        if writable:
            with suppress(BrokenPipeError):
                unsent = unsent[os.write(sink, unsent[: 1 << 16]) :]
        if readable:
            part = os.read(source, min(wanted - len(reply), 1 << 20))
            if not part:
                raise _ended(child, name)
            reply += part
        if len(reply) == wanted == 8:
            wanted = 8 + int.from_bytes(reply, "little")
            if wanted - 8 > limit:
                raise ToolFailedError(
                    f"'{name}' sent too much", expected=f"at most {limit} bytes", received=str(wanted)
                )
    return bytes(reply[8:])


def _ended(child: subprocess.Popen[bytes], name: str) -> ToolFailedError:
    """The error of a program that ended without an answer."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(2.0)
    code = child.returncode
    how = "closed its output" if code is None else f"ended with exit code {code}"
    if code is not None and code < 0:
        how = f"was ended by {signal.Signals(-code).name}"
    return ToolFailedError(f"'{name}' {how} without an answer")


def _kill_group(child: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a child and the programs that it started: with SIGTERM, then with SIGKILL."""
    for sign, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
        if child.poll() is not None:
            break
        with suppress(ProcessLookupError):
            os.killpg(child.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    guardian.release_group(child.pid)
