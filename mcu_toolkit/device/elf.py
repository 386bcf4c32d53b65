"""Compiles and links ``firmware.elf``, and measures it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit import guardian
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards import Board
from mcu_toolkit.device import stack
from mcu_toolkit.device.fit import check_stack, unfit
from mcu_toolkit.device.footprint import Footprint, Piece, Share, measure
from mcu_toolkit.device.sources import hal_folders, linker_script
from mcu_toolkit.device.toolchain import Toolchain, Unit
from mcu_toolkit.device.types import CompiledModel
from mcu_toolkit.errors import ToolFailedError
from mcu_toolkit.targets.arch import Arch
from mcu_toolkit.workspace import disk_error

ELF = "firmware.elf"
_SOURCES = (".c", ".S")
_BASE = "base-"
#: Bytes of flash and RAM in the linker script that only measures an image that does not fit.
_MEASURING = 1 << 26


@dataclass(frozen=True)
class Linked:
    """A linked image.

    Attributes:
        footprint: its sizes.
        model_stack: bound on the stack of one inference in bytes; None without a bound.
    """

    footprint: Footprint
    model_stack: int | None


def make_elf(compiled: CompiledModel, board: Board, staging: Path, *, steps: bool) -> Linked:
    """Compile and link the generated files in the build folder `staging`: ``firmware.elf``.

    Args:
        steps: whether the image can run layer by layer.

    Raises:
        FitError: the image does not fit the board.
        ToolMissingError: the compiler is not installed.
        ToolFailedError: the compiler or the linker fails.
        WorkspaceError: the disk refuses, or there is no HAL of the board's family.
    """
    try:
        with guardian.scratch("mcutk-build-") as objects:
            tools = Toolchain.of(board.core)
            firmware, hal = asset_dir("firmware"), hal_folders(board)
            model = _model_units(compiled, tools.arch, staging, objects)
            base = [unit for folder in (firmware / "app", *hal) for unit in _base_units(folder, tools.arch, objects)]
            includes = (staging / "src", staging / "board", firmware / "app", firmware / "hal", *hal)
            tools.compile([*model, *base], includes, [f"{compiled.name.upper()}_STEPS={int(steps)}"])
            graph = stack.read_graph((unit.object for unit in model), tools.arch)
            bound = stack.deepest(graph, f"{compiled.name}_invoke")
            check_stack(board, bound)
            return Linked(_link(compiled, board, staging, tools, [unit.object for unit in (*model, *base)]), bound)
    except OSError as bad:
        raise disk_error(staging, bad) from bad


def _model_units(compiled: CompiledModel, arch: Arch, staging: Path, objects: Path) -> list[Unit]:
    """Generated code and kernels. Generated files are lists of calls and tables: only their size matters."""
    generated = (f"{compiled.name}.", f"{compiled.name}_")
    units = []
    for name in sorted(compiled.files):
        if name.endswith(_SOURCES):
            flags = arch.size_flags if name.startswith(generated) else arch.speed_flags
            units.append(
                Unit(staging / "src" / name, objects / f"model-{name}.o", (*flags, arch.callgraph_flag)),
            )
    return units


def _base_units(folder: Path, arch: Arch, objects: Path) -> list[Unit]:
    """Sources of a folder of the toolkit; their objects begin with ``base-``, by which `_shares` knows them."""
    return [
        Unit(source, objects / f"{_BASE}{folder.name}-{source.name}.o", arch.size_flags)
        for source in sorted(folder.iterdir())
        if source.suffix in _SOURCES
    ]


def _link(compiled: CompiledModel, board: Board, staging: Path, tools: Toolchain, objects: list[Path]) -> Footprint:
    map_file = objects[0].parent / "firmware.map"
    share_of = _shares(compiled)
    try:
        tools.link(objects, staging / "board" / "memory.ld", staging / ELF, map_file)
    except ToolFailedError as bad:
        if "overflowed by" not in (bad.received or "") and "will not fit in region" not in (bad.received or ""):
            raise
        script, elf = map_file.with_name("measuring.ld"), map_file.with_name("measuring.elf")
        script.write_bytes(linker_script(board, _MEASURING, _MEASURING))
        tools.link(objects, script, elf, map_file)
        raise unfit(board, measure(elf, map_file, board.memory, share_of)) from None
    return measure(staging / ELF, map_file, board.memory, share_of)


def _shares(compiled: CompiledModel) -> Callable[[Piece], Share]:
    """Weights and tables are in the symbols that the compiler lists; the rest of the model's code and library functions
    are engine."""
    tables = compiled.table_symbols

    def share(piece: Piece) -> Share:
        if Path(piece.origin).name.startswith(_BASE):
            return Share(0, 0, 0)
        if piece.symbol not in tables:
            return Share(piece.size, 0, 0)
        weights = min(tables[piece.symbol], piece.size)
        return Share(piece.size - weights, piece.size - weights, weights)

    return share
