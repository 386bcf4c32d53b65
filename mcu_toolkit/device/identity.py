"""Identity of a firmware build: one hash of everything that the image is made from.

The image carries the hash, and the board sends it in its HELLO_REPLY, so that figures of a build are only reported for
the image that runs. It is computed before compilation: an Arduino sketch, which another program compiles, has it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board
from mcu_toolkit.device.sources import hal_folders
from mcu_toolkit.device.toolchain import Toolchain
from mcu_toolkit.templates import c_bytes, render_firmware

FILE = "mcutk_build.h"
_CODE = (".c", ".h", ".cpp", ".ino", ".S")


def build_sha256(files: Mapping[str, bytes], board: Board, *, steps: bool) -> str:
    """The identity of a build, 64 hex digits.

    Args:
        files: everything that is generated for the build, by path: the model's code with its memory plan, the
            configuration of the board, the linker script.
        board: its core decides the compiler's flags, its family the drivers.
        steps: whether the image can run layer by layer.

    Raises:
        ToolMissingError: the compiler, whose version is a part of the identity, is not installed.
        WorkspaceError: there is no HAL of the board's family.
    """
    tools = Toolchain.of(board.core)
    arch = tools.arch
    flags = (*tools.core_flags, *arch.compile_flags, *arch.speed_flags, *arch.size_flags, *arch.link_flags)
    parts = dict(files) | _toolkit_sources(board)
    parts["compiler"] = " ".join((tools.version(), *flags, f"steps={int(steps)}")).encode()
    digest = hashlib.sha256()
    for name in sorted(parts):
        digest.update(f"{name}\0{len(parts[name])}\0".encode())
        digest.update(parts[name])
    return digest.hexdigest()


def build_header(sha256: str) -> bytes:
    """``mcutk_build.h``: the identity as a macro for the bench application."""
    return render_firmware("mcutk_build.h.j2", sha256=c_bytes(bytes.fromhex(sha256)))


def _toolkit_sources(board: Board) -> dict[str, bytes]:
    """Application, HAL and the sketch's part of it, by path below the firmware folder."""
    firmware = asset_dir("firmware")
    folders = [firmware / "app", firmware / "hal", *hal_folders(board)]
    if board.flash.fqbn:
        folders.append(firmware / "hal" / "arduino")
    return {
        path.relative_to(firmware).as_posix(): path.read_bytes()
        for folder in folders
        for path in folder.iterdir()
        if path.suffix in _CODE
    }
