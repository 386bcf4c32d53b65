"""Cycles per instruction of the kernel variants on each core: turns `Call.cost` into estimated cycles.

A kernel states its instructions (`Call.cost`). Two kernels with the same number of instructions may take different
times: loads, multiplications and taken branches cost more than one cycle on some cores, and pairs of instructions cost
one on others. `<core>.toml` beside this module holds the measured ratio of each C function, which
``python -m benchmarks.calibrate --write`` writes from executed instructions and the core's cost table
(`mcu_toolkit.targets.core`). A function that was not measured takes the mean of its instruction set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mcu_toolkit import toml


@dataclass(frozen=True)
class Rates:
    """Cycles per instruction on one core.

    Attributes:
        default: instruction set of a kernel → mean over its kernels.
        kernels: C function (`Call.name`) → its own.
    """

    default: Mapping[str, float] = field(default_factory=dict)
    kernels: Mapping[str, float] = field(default_factory=dict)

    def of(self, kernel: str, isa: str) -> float:
        """Cycles per instruction of a kernel; 1 where nothing of its instruction set was measured.

        Args:
            kernel: `Call.name`.
            isa: id of the instruction set that it is written for.
        """
        return self.kernels.get(kernel, self.default.get(isa, 1.0))


@cache
def rates_of(core: str) -> Rates:
    """The rates of a core; a cycle per instruction on a core without a table.

    Args:
        core: as `Target.core`.

    Raises:
        ConfigError: the table is damaged.
    """
    path = path_of(core)
    return toml.build(Rates, toml.read(path, "a table of rates"), origin=str(path)) if path.is_file() else Rates()


def path_of(core: str) -> Path:
    """The file with the rates of a core."""
    return Path(__file__).parent / f"{core}.toml"
