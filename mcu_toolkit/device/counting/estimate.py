"""Estimated cycles of what ran: blocks of instructions and the cost table of a core."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mcu_toolkit.device.counting.trace import Block, Region
from mcu_toolkit.errors import ToolFailedError
from mcu_toolkit.targets.core import Core, Instruction, Op


@dataclass(frozen=True)
class Estimate:
    """One region on one core.

    Attributes:
        instructions: executed.
        cycles: estimated.
        taken: branches taken.
        flash_accesses, flash_lines: accesses to flash as data, as `Region` counts them.
        classes: class of instructions (`Kind` values) → executed.
    """

    instructions: int
    cycles: int
    taken: int
    flash_accesses: int
    flash_lines: int
    classes: Mapping[str, int]


def estimate(region: Region, code: Mapping[int, Instruction], core: Core, wait_states: int = 0) -> Estimate:
    """The cycles of a region.

    Args:
        region: what ran.
        code: address → instruction of the image.
        core: the cost table.
        wait_states: cycles by which flash delays each line of 16 bytes of data that is not the one read last. Code is
            assumed in a cache. 0 stands for a cache of data too.

    Raises:
        ToolFailedError: something ran that is not in the image.
    """
    cycles = 0.0
    classes: Counter[str] = Counter()
    for block in region.blocks:
        ops = _decoded(block, code, core)
        cycles += core.straight(ops) * block.count
        cycles += core.branches(ops[-1], block.taken, block.count - block.taken)
        for op in ops:
            classes[op.kind.value] += block.count
    taken = sum(block.taken for block in region.blocks)
    cycles += wait_states * region.flash_lines
    accesses, lines = region.flash_accesses, region.flash_lines
    return Estimate(region.instructions, round(cycles), taken, accesses, lines, dict(classes))


def _decoded(block: Block, code: Mapping[int, Instruction], core: Core) -> list[Op]:
    ops, address = [], block.start
    for _ in range(block.length):
        instruction = code.get(address)
        if instruction is None:
            raise ToolFailedError(
                f"the emulator ran an instruction at {address:#x} that the image does not have",
                hint="build and flash again",
            )
        ops.append(core.decode(instruction))
        address += instruction.size
    return ops
