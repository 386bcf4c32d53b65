"""Objects of kernel sources, compiled for this machine once in the life of the process and shared by all programs."""

from __future__ import annotations

import atexit
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from mcu_toolkit import guardian, process

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
_OBJECTS: dict[str, Path] = {}
_OBJECT_FOLDERS: list[Path] = []


def kernel_object(kernels: Mapping[str, bytes], file: str, flags: tuple[str, ...]) -> Path:
    """The object file of a kernel source; compiled on the first call for these contents and flags.

    Args:
        kernels: file name → contents of all kernel sources and headers.
        file: the source.
        flags: of the compiler.

    Raises:
        ToolMissingError: no host compiler.
        ToolFailedError: the source does not compile.
    """
    needed = _reached(kernels, file)
    digest = hashlib.sha256("\0".join((*flags, file)).encode())
    for name in needed:
        digest.update(name.encode() + b"\0" + kernels[name])
    key = digest.hexdigest()
    found = _OBJECTS.get(key)
    if found is not None and found.exists():
        return found
    if not _OBJECT_FOLDERS:
        _OBJECT_FOLDERS.append(guardian.scratch_folder("mcutk-kernels-"))
        atexit.register(guardian.remove_folder, _OBJECT_FOLDERS[0])
    folder = _OBJECT_FOLDERS[0] / key[:16]
    folder.mkdir(exist_ok=True)
    for name in needed:
        (folder / name).write_bytes(kernels[name])
    target = folder / "kernel.o"
    process.run(["gcc", *flags, "-I", str(folder), "-c", "-o", str(target), str(folder / file)])
    _OBJECTS[key] = target
    return target


def _reached(kernels: Mapping[str, bytes], file: str) -> list[str]:
    """A file and the files that it includes, directly or not, sorted."""
    found: set[str] = set()
    waiting = [file]
    while waiting:
        name = waiting.pop()
        if name in kernels and name not in found:
            found.add(name)
            waiting.extend(m.group(1).decode() for m in _INCLUDE.finditer(kernels[name]))
    return sorted(found)
