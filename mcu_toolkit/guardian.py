"""A small process that cleans up if the toolkit is killed: it ends the programs and removes the scratch folders.

A process that is killed by SIGKILL can clean up nothing itself, and Linux' signal at the death of a parent reaches only
its children, not the programs that they started (gcc starts cc1). The guardian reads what exists from a pipe; at the
end of the pipe, which comes however the toolkit ends, it kills and removes what is left.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Reads lines: ``+`` or ``-``, ``g`` (process group) or ``d`` (folder), and the value.
_PROGRAM = """
import os, shutil, signal, sys
left = {"g": set(), "d": set()}
for line in sys.stdin.buffer:
    sign, kind, value = chr(line[0]), chr(line[1]), line[2:-1]
    (left[kind].add if sign == "+" else left[kind].discard)(value)
for group in left["g"]:
    try:
        os.killpg(int(group), signal.SIGKILL)
    except OSError:
        pass
for folder in left["d"]:
    shutil.rmtree(folder, ignore_errors=True)
"""


class _Guardian:
    """The process, started on first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def say(self, line: bytes) -> None:
        """Send a line. Without a guardian the toolkit still ends what it started; only SIGKILL leaves something."""
        with self._lock, suppress(OSError):
            if self._child is None or self._child.poll() is not None:
                self._child = self._start()
            if self._child is not None and self._child.stdin is not None:
                self._child.stdin.write(line + b"\n")
                self._child.stdin.flush()

    @staticmethod
    def _start() -> subprocess.Popen[bytes] | None:
        if os.name != "posix" or not sys.executable:
            return None
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # a signal to the toolkit's group does not reach it
        )


_GUARDIAN = _Guardian()


def watch_group(pid: int) -> None:
    """Kill this process group if the toolkit ends before `release_group`."""
    _GUARDIAN.say(b"+g%d" % pid)


def release_group(pid: int) -> None:
    """The program has ended."""
    _GUARDIAN.say(b"-g%d" % pid)


def scratch_folder(prefix: str) -> Path:
    """Make a folder in the temporary directory; it is removed by `remove_folder`, or when the toolkit has ended."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    _GUARDIAN.say(b"+d" + os.fsencode(folder))
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder of `scratch_folder` with its contents."""
    shutil.rmtree(folder, ignore_errors=True)
    _GUARDIAN.say(b"-d" + os.fsencode(folder))


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder in the temporary directory during a ``with`` block."""
    folder = scratch_folder(prefix)
    try:
        yield folder
    finally:
        remove_folder(folder)
