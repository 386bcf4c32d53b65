"""Flash and RAM of a linked image: totals from the ELF file, the size of each symbol from the linker's map."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from mcu_toolkit.boards import MemoryMap
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.build import Contributor

ARENA_SECTION = ".bss.mcutk_arena"
_LISTED = 20
_TINY = 16  # bytes; smaller pieces are not listed
_SHF_ALLOC = 2
#: Addresses counted as RAM, from its start: more than any board has, so that an image that does not fit can be
#: measured too.
_RAM_WINDOW = 1 << 27
_STORED = (".text", ".rodata", ".vectors", ".data")
_IN_IMAGE = (*_STORED, ".bss", "COMMON")  # the other sections are attributes and comments
#: " .text.name  0x0000000000000100  0x24 path/of.o"; the numbers may be on the next line after a long name.
_CONTRIBUTION = re.compile(
    r"^ (?P<section>\.[\w.$*-]+|COMMON)\s+0x(?P<address>[0-9a-f]+)\s+0x(?P<size>[0-9a-f]+) (?P<origin>\S.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Piece:
    """An input section that the linker kept.

    Attributes:
        section: its name, for example ``.text.main``.
        origin: object file, or ``archive.a(member.o)``.
        address: address at run time.
        size: bytes.
    """

    section: str
    origin: str
    address: int
    size: int

    @property
    def symbol(self) -> str:
        """The function or variable in the section, which -ffunction-sections and -fdata-sections put in its name."""
        for prefix in (".text.", ".rodata.", ".data.", ".bss."):
            if self.section.startswith(prefix):
                return self.section[len(prefix) :]
        return f"{Path(self.origin).name}:{self.section}"


@dataclass(frozen=True)
class Share:
    """Bytes of a piece by what they count as; the rest counts as other.

    Attributes:
        engine: code and constants of inference.
        tables: the constant tables among them.
        weights: weights and biases.
    """

    engine: int
    tables: int
    weights: int

    @property
    def part(self) -> str:
        """Name of the part that the piece is listed under."""
        if self.weights:
            return "weights"
        return "tables" if self.tables else "engine" if self.engine else "other"


@dataclass(frozen=True)
class Footprint:
    """Sizes of a linked image in bytes.

    Attributes:
        flash: from the start of flash to the last stored byte.
        engine: code and constants of inference other than weights and biases.
        tables: the constant tables among them.
        weights: weights and biases.
        ram: from the start of RAM to the last variable, stack included.
        arena: activation buffer.
        contributors: at most 20 symbols, the largest first.
    """

    flash: int
    engine: int
    tables: int
    weights: int
    ram: int
    arena: int
    contributors: tuple[Contributor, ...]


def pieces(map_text: str) -> Iterator[Piece]:
    """The kept input sections of a linker map."""
    start = map_text.find("Linker script and memory map")
    joined = re.sub(r"^( \.[\w.$*-]+)\n\s+(0x)", r"\1 \2", map_text[max(start, 0) :], flags=re.MULTILINE)
    for match in _CONTRIBUTION.finditer(joined):
        size = int(match["size"], 16)
        if size:
            yield Piece(match["section"], match["origin"], int(match["address"], 16), size)


def measure(elf: Path, map_file: Path, memory: MemoryMap, share_of: Callable[[Piece], Share]) -> Footprint:
    """Sizes of an image.

    Args:
        elf: linked image.
        map_file: the linker's map of it.
        memory: memory map of the board; the whole `stack_bytes` count as RAM in use.
        share_of: how the bytes of an input section in flash divide between engine and weights.

    Raises:
        WorkspaceError: the image cannot be read.
    """
    flash, ram = _extent(elf, memory)
    arena = engine = tables = weights = 0
    listed = [Contributor("stack", "ram", "stack", memory.stack_bytes)]
    for piece in pieces(map_file.read_text(encoding="utf-8", errors="replace")):
        if not piece.section.startswith(_IN_IMAGE):
            continue
        in_ram, stored = _in_ram(piece.address, memory), piece.section.startswith(_STORED)
        share = share_of(piece)
        part = share.part
        if piece.section == ARENA_SECTION:
            part = "arena"
            arena += piece.size
        elif stored:
            engine += share.engine
            tables += share.tables
            weights += share.weights
        if piece.size >= _TINY:
            region = "both" if stored and in_ram else "ram" if in_ram else "flash"
            listed.append(Contributor(piece.symbol, region, part, piece.size))
    listed.sort(key=lambda item: (-item.bytes, item.name))
    return Footprint(flash, engine, tables, weights, ram, arena, tuple(listed[:_LISTED]))


def _in_ram(address: int, memory: MemoryMap) -> bool:
    return memory.ram_origin <= address < memory.ram_origin + _RAM_WINDOW


def _extent(elf: Path, memory: MemoryMap) -> tuple[int, int]:
    """Bytes from the start of flash to the last stored byte, and from the start of RAM to the last variable."""
    flash_end, ram_end = memory.flash_origin, memory.ram_origin
    try:
        with elf.open("rb") as stream:
            image = ELFFile(stream)
            for segment in image.iter_segments("PT_LOAD"):
                if segment["p_filesz"]:
                    flash_end = max(flash_end, segment["p_paddr"] + segment["p_filesz"])
            for section in image.iter_sections():
                if section["sh_flags"] & _SHF_ALLOC and _in_ram(section["sh_addr"], memory):
                    ram_end = max(ram_end, section["sh_addr"] + section["sh_size"])
    except (OSError, ELFError) as bad:
        raise WorkspaceError(f"cannot read the image {elf.name}: {bad}", hint="build again") from bad
    return flash_end - memory.flash_origin, ram_end - memory.ram_origin
