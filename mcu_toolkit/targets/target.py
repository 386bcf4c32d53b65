"""The compiler's target: an instruction set, a core and an optimization goal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mcu_toolkit.targets.arch.arm import ARM
from mcu_toolkit.targets.isa import PORTABLE, Isa


class Optimize(str, Enum):
    """Optimization goal: least RAM, fewest cycles (may spend flash), least flash, or a balance of all."""

    RAM = "ram"
    SPEED = "speed"
    FLASH = "flash"
    BALANCED = "balanced"

    @property
    def saves_flash(self) -> bool:
        """Whether cycles may be spent on a smaller image."""
        return self in (Optimize.FLASH, Optimize.BALANCED)


@dataclass(frozen=True)
class Target:
    """What code is generated for.

    Attributes:
        isa: best instruction set that the core runs.
        core: name of the core (``core.cpu`` of a board) or ``host``; for the cost model and reports.
        optimize: the user's goal.
    """

    isa: Isa
    core: str
    optimize: Optimize = Optimize.BALANCED


#: Generated code for the machine that mcutk runs on: what its own C compiler can build.
HOST = Target(PORTABLE, "host")
#: Default of reports without a board: a core without SIMD instructions.
PLAIN = Target(PORTABLE, ARM.default_cpu)
