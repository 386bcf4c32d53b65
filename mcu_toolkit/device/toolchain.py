"""Command lines of a cross compiler: compile many files at once, link, convert an image."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit import process
from mcu_toolkit.boards import Core
from mcu_toolkit.errors import ConfigError, ToolFailedError
from mcu_toolkit.suggest import did_you_mean
from mcu_toolkit.targets.arch import ARCHS, Arch


@dataclass(frozen=True)
class Unit:
    """One file to compile.

    Attributes:
        source: ``.c`` or ``.S``.
        object: object file to write.
        flags: in addition to the flags of every file.
    """

    source: Path
    object: Path
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Toolchain:
    """The compiler of an architecture, set to one core.

    Attributes:
        arch: programs and flags.
        core: the processor core.
    """

    arch: Arch
    core: Core

    @classmethod
    def of(cls, core: Core) -> Toolchain:
        """The toolchain of a core of a board."""
        return cls(ARCHS.find(core.arch), core)

    @property
    def core_flags(self) -> tuple[str, ...]:
        """Flags that select the instruction set."""
        return self.arch.core_flags(self.core.cpu, self.core.fpu)

    def compile(
        self, units: Sequence[Unit], includes: Sequence[Path], defines: Sequence[str], *, timeout: float = 300.0
    ) -> None:
        """Compile every unit, as many at a time as the machine has processors, the largest files first.

        Raises:
            ToolMissingError: the compiler is not installed.
            ToolFailedError: a file does not compile.
        """
        common = (*self.core_flags, *self.arch.compile_flags)
        paths = [f"-I{folder}" for folder in includes]
        macros = [f"-D{define}" for define in defines]
        ordered = sorted(units, key=lambda unit: unit.source.stat().st_size, reverse=True)
        commands = [
            [
                *(self.arch.compiler, *common, *unit.flags, *macros, *paths),
                *("-c", "-o", str(unit.object), str(unit.source)),
            ]
            for unit in ordered
        ]
        try:
            process.run_all(commands, jobs=os.cpu_count() or 1, timeout=timeout)
        except ToolFailedError as failed:
            raise self._wrong_core(failed) or failed from failed.__cause__

    def _wrong_core(self, failed: ToolFailedError) -> ConfigError | None:
        """The error of a processor core that the compiler does not know, in place of its list of all cores."""
        text = str(failed)
        if re.search(r"unrecogni[sz]ed -mcpu target", text) is None:
            return None
        listed = re.search(r"valid arguments are: ([^;\n]+)", text)
        known = listed[1].split() if listed else []
        return ConfigError(
            f"{self.arch.compiler} does not know the core of this board",
            expected="a 'core.cpu' of the board descriptor that the compiler knows",
            received=self.core.cpu,
            hint=did_you_mean(self.core.cpu, [each for each in known if each[:8] == self.core.cpu[:8]]),
        )

    def link(self, objects: Sequence[Path], script: Path, elf: Path, map_file: Path) -> None:
        """Link a bare-metal image and write its map.

        Raises:
            ToolMissingError: the compiler is not installed.
            ToolFailedError: it does not link; the message says whether a region overflowed.
        """
        flags = (*self.arch.link_flags, f"-Wl,-Map={map_file}", f"-Wl,-T,{script}")
        process.run([self.arch.compiler, *self.core_flags, *flags, "-o", str(elf), *(str(o) for o in objects)])

    def convert(self, elf: Path, target: Path, form: str) -> None:
        """Write the image as Intel HEX (``ihex``) or raw bytes (``binary``)."""
        process.run([self.arch.objcopy, "-O", form, str(elf), str(target)])

    def version(self) -> str:
        """Name and version of the compiler, for the record of a build."""
        number = process.run([self.arch.compiler, "-dumpfullversion"], timeout=30).stdout.strip()
        return f"{self.arch.compiler} {number}"
