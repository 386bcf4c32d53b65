"""arm-none-eabi-gcc: flags of a core, compilation of many files at once, linking, conversion of images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit import process
from mcu_toolkit.boards import Core

PREFIX = "arm-none-eabi-"
CC = f"{PREFIX}gcc"

#: Clean under these, as all C of the project is.
WARNINGS = ("-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wcast-align", "-Werror")
#: Unused functions and tables fall out at the link.
SECTIONS = ("-ffunction-sections", "-fdata-sections", "-fno-common")
#: GCC 12 may repeat the last volatile stores of a loop that also sets a plain static: GCC bug, measured on a UART.
VOLATILE_SAFE = "-fno-move-loop-stores"
#: No exception tables, no errno from builtins. `-ffreestanding` is left out on purpose:
#: it would turn memcpy of known size into calls.
LEAN = ("-fno-exceptions", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-fno-math-errno")


@dataclass(frozen=True)
class Unit:
    """One file to compile.

    Attributes:
        source: ``.c`` or ``.S``.
        object: where the object goes.
        flags: on top of the flags of all.
    """

    source: Path
    object: Path
    flags: tuple[str, ...] = ()


def core_flags(core: Core) -> tuple[str, ...]:
    """What selects the instruction set; the FPU ``auto`` leaves it to ``-mcpu``."""
    flags = (f"-mcpu={core.cpu}", "-mthumb")
    if not core.fpu:
        return (*flags, "-mfloat-abi=soft")
    fpu = () if core.fpu == "auto" else (f"-mfpu={core.fpu}",)
    return (*flags, "-mfloat-abi=hard", *fpu)


def compile_units(
    units: Sequence[Unit], core: Core, includes: Sequence[Path], defines: Sequence[str], *, timeout: float = 300.0
) -> None:
    """Compile every unit, as many at a time as the machine has cores; the slowest to compile come first.

    Raises:
        ToolMissingError: the compiler is not installed.
        ToolFailedError: a file does not compile.
    """
    common = (*core_flags(core), *WARNINGS, *SECTIONS, *LEAN)
    paths = [f"-I{folder}" for folder in includes]
    macros = [f"-D{define}" for define in defines]
    ordered = sorted(units, key=lambda unit: unit.source.stat().st_size, reverse=True)
    commands = [
        [CC, *common, *unit.flags, *macros, *paths, "-c", "-o", str(unit.object), str(unit.source)] for unit in ordered
    ]
    process.run_all(commands, jobs=os.cpu_count() or 1, timeout=timeout)


def link(objects: Sequence[Path], core: Core, script: Path, elf: Path, map_file: Path) -> None:
    """Link a bare-metal image; its map goes to `map_file`.

    Raises:
        ToolMissingError: the compiler is not installed.
        ToolFailedError: it does not link; the message says whether a region overflowed.
    """
    flags = (
        *("-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--build-id=none"),
        *(f"-Wl,-Map={map_file}", f"-Wl,-T,{script}"),
    )
    process.run([CC, *core_flags(core), *flags, "-o", str(elf), *(str(o) for o in objects)])


def convert(elf: Path, target: Path, form: str) -> None:
    """The image as Intel HEX (``ihex``) or raw bytes (``binary``)."""
    process.run([f"{PREFIX}objcopy", "-O", form, str(elf), str(target)])


def version() -> str:
    """The compiler's version, for the manifest."""
    return process.run([CC, "-dumpfullversion"], timeout=30).stdout.strip()
