"""Instruction set descriptor, read by the kernel registry, the memory planner and the board descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.registry import Registry, modules_of


@dataclass(frozen=True)
class Costs:
    """Instructions of the work that the portable kernels of moving and table operators share.

    The cost model only ranks variants, so estimates measured with the C compiler at ``-O2`` are enough.

    Attributes:
        call: one call of a kernel function and its set-up.
        walk: one call of a function that runs nested loops over strides, and its set-up.
        copy_byte: copying one byte.
        lookup_byte: replacing one byte by its entry in a table of 256.
    """

    call: int = 20
    walk: int = 60
    copy_byte: int = 3
    lookup_byte: int = 5


@dataclass(frozen=True)
class Isa:
    """One instruction set.

    Attributes:
        id: name in board descriptors (``core.isa``) and of its folder in firmware/kernels.
        name: name in messages and reports.
        also_runs: ids of the other instruction sets whose kernels a core with this one runs, the best first.
        tensor_align: alignment in bytes of every tensor in the arena.
        scratch_align: least alignment in bytes of the scratch of a kernel of this instruction set.
        costs: instructions of shared work on a core with this instruction set.
    """

    id: str
    name: str
    also_runs: tuple[str, ...] = ()
    tensor_align: int = 4
    scratch_align: int = 4
    costs: Costs = Costs()

    @property
    def runs(self) -> tuple[str, ...]:
        """Ids of all instruction sets whose kernels a core with this one runs, its own first."""
        return (self.id, *self.also_runs)


ISAS: Registry[Isa] = Registry(
    "instruction set", builtin=modules_of("mcu_toolkit.targets.isa", [str(Path(__file__).parent)])
)
