"""Cores that issue one instruction after the other: Cortex-M0, M0+, M3 and M4.

Their manuals state the cycles of every instruction, and when a load overlaps the instruction behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcu_toolkit.targets.core.base import Kind, Op

_COMPUTING = frozenset((Kind.ALU, Kind.EXTRACT, Kind.MULTIPLY, Kind.LONG_MULTIPLY, Kind.DIVIDE))


@dataclass(frozen=True)
class Sequential:
    """Cycles of one core.

    Attributes:
        cycles: class → cycles of an instruction alone, where it is not 1. Multi-word transfers take one cycle more than
            they move words.
        accumulate: cycles added for a multiplication that accumulates: class → cycles.
        taken: class → cycles added for a branch that is taken.
        loaded_return: cycles added to these for a return that loads the program counter.
        pipelined: whether a load overlaps the load or store behind it, if that does not use its result as address.
        chained_updates: whether a load that updates its address register can overlap the one before it.
        indexed_store: cycles of a store to the sum of two registers.
        address_stall: cycles by which an address that the instruction before computes delays a load or store.
        folded: whether an IT instruction behind a 16-bit instruction takes no time.
    """

    cycles: Mapping[Kind, int]
    taken: Mapping[Kind, int]
    accumulate: Mapping[Kind, int]
    loaded_return: int = 0
    pipelined: bool = False
    chained_updates: bool = True
    indexed_store: int = 1
    address_stall: int = 0
    folded: bool = False

    def straight(self, ops: Sequence[Op]) -> float:
        """See `Core.straight`."""
        total = 0
        previous: Op | None = None
        for op in ops:
            total += self._cost(op, previous)
            previous = op
        return total

    def branches(self, op: Op, taken: int, passed: int) -> float:
        """See `Core.branches`."""
        loaded = self.loaded_return if op.kind is Kind.RETURN and op.words else 0
        return (self.taken.get(op.kind, 0) + loaded) * taken

    def _cost(self, op: Op, previous: Op | None) -> int:
        cost = self.cycles.get(op.kind, 1)
        if op.kind in (Kind.LOAD_MANY, Kind.STORE_MANY, Kind.RETURN):
            cost = 1 + op.words
        elif op.kind is Kind.STORE and op.indexed:
            cost = self.indexed_store
        if op.accumulates:
            cost += self.accumulate.get(op.kind, 0)
        if previous is None:
            return cost
        if self.folded and op.kind is Kind.IF_THEN and previous.narrow:
            return 0
        if self.pipelined and self._overlaps(op, previous):
            return 1
        if op.address & previous.writes and previous.kind in _COMPUTING:
            cost += self.address_stall
        return cost

    def _overlaps(self, op: Op, previous: Op) -> bool:
        """Whether the load before hides a cycle of this load or store."""
        if previous.kind is not Kind.LOAD or op.kind not in (Kind.LOAD, Kind.STORE) or op.address & previous.writes:
            return False
        return self.chained_updates or not op.updates
