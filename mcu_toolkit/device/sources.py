"""Files of a build folder: generated model, configuration headers and linker script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import OVERLAPS, UNITS, Board
from mcu_toolkit.device.model_header import FILE as MODEL_HEADER
from mcu_toolkit.device.model_header import model_header
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.templates import render_firmware

CONFIG_HEADER = "mcutk_config.h"
_RUNTIME = 0  # generated C, as in the HELLO_REPLY
_HEXADECIMAL_FROM = 0x1000


def generated_files(compiled: CompiledModel, board: Board) -> dict[str, bytes]:
    """Everything that a build compiles and that does not ship with the toolkit, by path below the build folder.

    Args:
        compiled: the generated model; its files are in ``src/``.
        board: its configuration and linker script are in ``board/``.
    """
    files = {f"src/{name}": content for name, content in compiled.files.items()}
    files[f"board/{CONFIG_HEADER}"] = config_header(board)
    files[f"board/{MODEL_HEADER}"] = model_header(compiled)
    files["board/memory.ld"] = linker_script(board, board.memory.flash_bytes, board.memory.ram_bytes)
    return files


def write_files(files: Mapping[str, bytes], staging: Path) -> None:
    """Write files by their path below the build folder."""
    for name, content in files.items():
        path = staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def linker_script(board: Board, flash_bytes: int, ram_bytes: int) -> bytes:
    """Linker script of a board with the given sizes of flash and RAM in bytes."""
    return render_firmware(
        ARCHS.find(board.core.arch).linker_template,
        board=board.id,
        flash_origin=f"0x{board.memory.flash_origin:08x}",
        flash_bytes=f"0x{flash_bytes:x}",
        ram_origin=f"0x{board.memory.ram_origin:08x}",
        ram_bytes=f"0x{ram_bytes:x}",
        stack_bytes=board.memory.stack_bytes,
    )


def config_header(board: Board, *, bare_metal: bool = True) -> bytes:
    """``mcutk_config.h``: a board as macros for the bench application and the HAL.

    Args:
        board: the board.
        bare_metal: whether the arena gets a section of its own, which the linker script places.
    """
    return render_firmware(
        "mcutk_config.h.j2",
        board=board,
        caches=int(board.core.caches),
        arena_section=int(bare_metal),
        runtime=_RUNTIME,
        unit=UNITS.index(board.timing.unit),
        overlap=OVERLAPS.index(board.link.overlap),
        defines=[(name, _number(name, value)) for name, value in board.hal.defines.items()],
    )


def _number(name: str, value: int) -> str:
    """A macro's value: addresses and register contents in hexadecimal, rates and small numbers in decimal."""
    if value < _HEXADECIMAL_FROM or name.endswith("_HZ"):
        return str(value)
    return f"0x{value:08X}"


def hal_folders(board: Board) -> tuple[Path, ...]:
    """Folders of firmware/hal: start-up code of the architecture, then the drivers of the board's chip family.

    Raises:
        WorkspaceError: there is no HAL of the family.
    """
    hal = asset_dir("firmware") / "hal"
    family = hal / board.hal.family
    if not family.is_dir():
        raise WorkspaceError(f"there is no HAL '{board.hal.family}' for the board '{board.id}'", hint="docs/porting.md")
    return (hal / ARCHS.find(board.core.arch).hal, family)
