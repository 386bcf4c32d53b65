"""The plugin's output: which blocks of instructions ran in each timed region, and what they read (mcutk_count.c)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.errors import ToolFailedError


@dataclass(frozen=True)
class Block:
    """Instructions that ran one after the other.

    Attributes:
        start: address of the first.
        length: how many.
        count: executions.
        taken: how many of these were not followed by the instruction behind the block.
    """

    start: int
    length: int
    count: int
    taken: int


@dataclass(frozen=True)
class Region:
    """What ran in one timed region.

    Attributes:
        blocks: the blocks.
        flash_accesses: accesses to flash as data, in words of the processor's bus or smaller.
        flash_lines: of these, the ones to another line of 16 bytes than the access to flash before.
    """

    blocks: tuple[Block, ...]
    flash_accesses: int
    flash_lines: int

    @property
    def instructions(self) -> int:
        """Instructions executed."""
        return sum(block.length * block.count for block in self.blocks)


def read_regions(file: Path) -> tuple[Region, ...]:
    """The regions that ended so far, in their order.

    Raises:
        ToolFailedError: the plugin wrote nothing, or something else.
    """
    regions: list[Region] = []
    blocks: list[Block] = []
    flash = lines = 0
    try:
        for line in file.read_text(encoding="ascii").splitlines():
            what, *values = line.split()
            if what == "region":
                blocks, flash, lines = [], 0, 0
            elif what == "block":
                start, length, count, taken = values
                blocks.append(Block(int(start, 16), int(length), int(count), int(taken)))
            elif what == "access":
                flash += int(values[1])
                lines += int(values[2])
            elif what == "end":
                regions.append(Region(tuple(blocks), flash, lines))
            else:
                raise ValueError(f"unknown line '{line:.60}'")
    except (OSError, ValueError) as bad:
        raise ToolFailedError("cannot read what the emulator's plugin counted", received=str(bad)) from bad
    return tuple(regions)
