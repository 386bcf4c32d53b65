"""Kernel sources that the generated folder needs, found by file name and copied into one flat folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.errors import CompileError
from mcu_toolkit.registry import Registry

#: Folders with kernel sources besides ``firmware/kernels``. A plug-in that brings kernels adds its folder here; file
#: names are unique over all folders, because the generated folder is flat.
KERNEL_FOLDERS = Registry[Path]("kernel folder")
#: Headers that generated code includes in every model.
_ALWAYS = ("mcutk_types.h",)
_SUFFIXES = frozenset({".c", ".h", ".S", ".inc"})
_INCLUDE = re.compile(rb'^([ \t]*#[ \t]*include[ \t]*)"([^"]+)"', re.MULTILINE)


def kernel_files(paths: Iterable[str]) -> dict[str, bytes]:
    """Kernel sources and every header that they include, directly or not.

    Args:
        paths: files named by `Call.sources` and `Call.headers`; only the file name counts.

    Returns:
        File name → contents, sorted by name; ``#include`` paths are reduced to file names.

    Raises:
        CompileError: a file is missing, or two folders hold files of one name.
    """
    index = _index((asset_dir("firmware") / "kernels", *KERNEL_FOLDERS.values()))
    found: dict[str, bytes] = {}
    waiting = sorted({PurePosixPath(path).name for path in (*paths, *_ALWAYS)})
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in index:
            raise CompileError(f"the kernel file {name} is missing from firmware/kernels and the registered folders")
        content = index[name].read_bytes()
        waiting.extend(PurePosixPath(match.group(2).decode()).name for match in _INCLUDE.finditer(content))
        found[name] = _INCLUDE.sub(lambda m: m.group(1) + b'"' + m.group(2).rsplit(b"/", 1)[-1] + b'"', content)
    return {name: found[name] for name in sorted(found)}


@lru_cache(maxsize=4)
def _index(folders: tuple[Path, ...]) -> Mapping[str, Path]:
    """Every kernel file below the folders by its file name.

    Raises:
        CompileError: two files have one name.
    """
    index: dict[str, Path] = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.suffix in _SUFFIXES:
            if path.name in index:
                raise CompileError(f"two kernel files are named {path.name}", received=f"{index[path.name]}, {path}")
            index[path.name] = path
    return index
