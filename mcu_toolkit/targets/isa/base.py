"""What an instruction set is: a descriptor that the kernel registry, the planner and the boards ask."""

from __future__ import annotations

from dataclasses import dataclass

from mcu_toolkit.registry import Registry


@dataclass(frozen=True)
class Isa:
    """One instruction set.

    Attributes:
        id: name in board descriptors (``core.isa``) and of its folder in firmware/kernels.
        name: for people.
        also_runs: ids of the other instruction sets whose kernels a core with this one runs, the best first.
        tensor_align: alignment in bytes of every tensor in the arena.
        scratch_align: least alignment in bytes of the scratch of a kernel of this instruction set.
    """

    id: str
    name: str
    also_runs: tuple[str, ...] = ()
    tensor_align: int = 4
    scratch_align: int = 4

    @property
    def runs(self) -> tuple[str, ...]:
        """Ids of all instruction sets whose kernels a core with this one runs, its own first."""
        return (self.id, *self.also_runs)


ISAS: Registry[Isa] = Registry(
    "instruction set",
    builtin=(
        "mcu_toolkit.targets.isa.portable",
        "mcu_toolkit.targets.isa.dsp",
        "mcu_toolkit.targets.isa.mve",
    ),
)
