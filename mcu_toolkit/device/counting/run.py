"""Runs one input on an emulated board with the plugin that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from mcu_toolkit import guardian
from mcu_toolkit.boards import Board
from mcu_toolkit.device.connect import latency
from mcu_toolkit.device.counting.disassembly import disassemble
from mcu_toolkit.device.counting.estimate import Estimate, estimate
from mcu_toolkit.device.counting.plugin import plugin_file
from mcu_toolkit.device.counting.trace import Region, read_regions
from mcu_toolkit.device.elf import ELF
from mcu_toolkit.device.emulated_port import EmulatedPort, emulator_of
from mcu_toolkit.device.inferences import Inferences
from mcu_toolkit.device.link import Link
from mcu_toolkit.device.stream import run_step
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.targets.core import Core, Instruction

_BEGIN, _END = "hal_timed_begin", "hal_timed_end"


@dataclass(frozen=True)
class Counted:
    """What one inference executed.

    Attributes:
        code: address → instruction of the image.
        latency: instructions by the board's timer, as in a bench.
        calibration: the timed region of the loop of known length that the board runs when it starts.
        inference: that of the whole inference.
        steps: that of each layer, where they were asked for.
    """

    code: Mapping[int, Instruction]
    latency: int
    calibration: Region
    inference: Region
    steps: tuple[Region, ...]

    def estimate(self, core: Core, wait_states: int = 0) -> Estimate:
        """The cycles of the inference."""
        return estimate(self.inference, self.code, core, wait_states)

    def step_estimates(self, core: Core, wait_states: int = 0) -> tuple[Estimate, ...]:
        """The cycles of each layer."""
        return tuple(estimate(region, self.code, core, wait_states) for region in self.steps)


def count(board: Board, device_dir: Path, sample: bytes, *, cache: Path, steps: bool = False) -> Counted:
    """Run one input and count what executes.

    Args:
        board: an emulated board.
        device_dir: its flash memory.
        sample: bytes of the inputs.
        cache: folder to keep the plugin in.
        steps: also run layer by layer; the image must be able to.

    Raises:
        ToolMissingError: no C compiler for the plugin, or no disassembler.
        ToolFailedError: the plugin does not compile or load, or the firmware crashed.
        PortError, LinkError: as a bench.
        WorkspaceError: the image cannot be read.
    """
    elf = checked_artefact(device_dir, ELF)
    with guardian.scratch("mcutk-count-") as folder:
        out = folder / "counts.txt"
        port = counting_port(board, elf, out, cache=cache)
        try:
            link = Link(port)
            hello = link.hello()
            inferences = Inferences(link, hello)
            ticks = inferences.run(sample).ticks
            ends = [len(read_regions(out))]
            ticket = inferences.load(sample) if steps else 0
            for step in range(hello.steps if steps else 0):
                run_step(link, ticket, step)
                ends.append(len(read_regions(out)))
        finally:
            port.close()
        regions = read_regions(out)
    inference, *layers = (regions[end - 1] for end in ends)
    code = disassemble(elf, ARCHS.find(board.core.arch))
    return Counted(code, latency(hello, ticks), regions[0], inference, tuple(layers))


def counting_port(board: Board, elf: Path, out: Path, *, cache: Path) -> EmulatedPort:
    """Power on an emulated board with the plugin that counts.

    Args:
        board: an emulated board.
        elf: the image; it must have the functions between which the timer runs.
        out: file that receives the counts (`trace.read_regions`).
        cache: folder to keep the plugin in.

    Raises:
        ToolMissingError, ToolFailedError: as `plugin_file`; PortError: the emulator does not start.
        WorkspaceError: the image cannot be read.
    """
    symbols, memory = _functions(elf), board.memory
    begin, size = symbols[_BEGIN]
    values = {
        "out": str(out),
        "begin": f"{begin:x}",
        "begin_end": f"{begin + size:x}",
        "end": f"{symbols[_END][0]:x}",
        "flash": f"{memory.flash_origin:x}",
        "flash_end": f"{memory.flash_origin + memory.flash_bytes:x}",
    }
    return EmulatedPort(board, elf, emulator_of(board).plugin(str(plugin_file(cache)), values))


def _functions(elf: Path) -> dict[str, tuple[int, int]]:
    """Address and bytes of the functions between which the timer runs."""
    try:
        with elf.open("rb") as stream:
            table = ELFFile(stream).get_section_by_name(".symtab")
            symbols = table.iter_symbols() if isinstance(table, SymbolTableSection) else ()
            found = {
                symbol.name: (symbol["st_value"] & ~1, symbol["st_size"])
                for symbol in symbols
                if symbol.name in (_BEGIN, _END)
            }
    except (OSError, ELFError) as bad:
        raise WorkspaceError(f"cannot read the image {elf.name}: {bad}", hint="build again") from bad
    if len(found) != 2:
        raise WorkspaceError(f"the image {elf.name} names no timed region", expected=f"{_BEGIN}, {_END}")
    return found
