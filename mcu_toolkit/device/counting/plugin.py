"""The emulator's plugin that counts: built with the host's compiler where it is needed, and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mcu_toolkit import guardian, process
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.targets.arch.base import WARNINGS
from mcu_toolkit.workspace import atomic_write

_FLAGS = (*WARNINGS, "-O2", "-fPIC", "-shared", "-fvisibility=hidden")
_SOURCE, _HEADER = "mcutk_count.c", "qemu_plugin_api.h"


def plugin_file(cache: Path) -> Path:
    """The plugin as a shared library; compiled on the first call for its present source.

    Args:
        cache: folder to keep it in.

    Raises:
        ToolMissingError: this machine has no C compiler.
        ToolFailedError: the source does not compile.
        WorkspaceError: the disk refuses.
    """
    folder = asset_dir("emulator") / "qemu"
    source = folder / _SOURCE
    digest = hashlib.sha256(source.read_bytes() + (folder / _HEADER).read_bytes()).hexdigest()
    target = cache / f"mcutk_count-{digest[:16]}.so"
    if not target.is_file():
        with guardian.scratch("mcutk-plugin-") as scratch:
            made = scratch / "plugin.so"
            process.run(["gcc", *_FLAGS, "-o", str(made), str(source)])
            atomic_write(target, made.read_bytes())
    return target
