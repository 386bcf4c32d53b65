"""Pipelined cores: Cortex-M7, M33 and M55. Instructions start in order, as soon as their operands are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcu_toolkit.targets.core.base import Kind, Op


@dataclass(frozen=True)
class Pipelined:
    """Timing of one core.

    Attributes:
        busy: cycles during which an instruction keeps others from its unit; 0 for one that takes no time.
        unit: name of the unit of an instruction; instructions of other units may start in the next cycle.
        latency: ``latency(producer, consumer, register)``: cycles from the start of an instruction to the start of one
            that reads the register; 0 where both may start together.
        pairs: whether a second instruction may start in the same cycle as the one before it.
        taken: cycles added for a taken branch.
        mispredicted: cycles added where a conditional branch goes the way that it goes less often; 0 without
            prediction.
    """

    busy: Callable[[Op], int]
    unit: Callable[[Op], str]
    latency: Callable[[Op, Op, str], int]
    pairs: Callable[[Op, Op], bool]
    taken: float
    mispredicted: float = 0.0

    def straight(self, ops: Sequence[Op]) -> float:
        """See `Core.straight`: the cycles from the start of the first instruction until the next block may start."""
        last, barrier, paired = -1, 0, True
        units: dict[str, int] = {}
        written: dict[str, tuple[int, Op]] = {}
        previous: Op | None = None
        for op in ops:
            busy, unit = self.busy(op), self.unit(op)
            if not busy:
                continue
            operands = [
                at + self.latency(maker, op, r) for r in op.reads if r in written for at, maker in (written[r],)
            ]
            earliest = max(last, barrier, units.get(unit, 0), *operands)
            paired = not paired and earliest == last and previous is not None and self.pairs(previous, op)
            last = last if paired else max(earliest, last + 1)
            if busy > 1:
                units[unit] = last + busy
                barrier = units[unit] if unit == SERIAL else barrier
            written |= dict.fromkeys(op.writes, (last, op))
            previous = op
        return max(last + 1, barrier)

    def branches(self, op: Op, taken: int, passed: int) -> float:
        """See `Core.branches`."""
        added = self.taken * taken
        if self.mispredicted and op.kind is Kind.BRANCH:
            added += self.mispredicted * min(taken, passed)
        return added


#: Unit of instructions that keep all others from starting.
SERIAL = "serial"
