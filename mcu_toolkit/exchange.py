"""Exchanges two folders by one system call, so that a folder is replaced without a moment in which there is none."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
#: The kernel or the file system cannot exchange.
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


def exchange(first: Path, second: Path) -> None:
    """Let each path name what the other named. Both exist, on one file system.

    Linux does it in one step (renameat2 with RENAME_EXCHANGE). Elsewhere it takes three renames; a crash between them
    leaves `second` under the name of `first` with ``.old``.

    Raises:
        OSError: the disk refuses.
    """
    if not _in_one_step(first, second):
        aside = first.with_name(first.name + ".old")
        second.rename(aside)
        first.rename(second)
        aside.rename(first)


def _in_one_step(first: Path, second: Path) -> bool:
    """Whether the system exchanged the two."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = (os.fsencode(first), os.fsencode(second))
    if rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(second))
