"""Cortex-M7: two instructions per cycle where their units differ.

Arm publishes no cycle table of this core. The figures are measurements on STM32H7 chips: quinapalus.com/cm7cycles.html
and github.com/jnk0le/random ("pipeline cycle test", cortex_m7.md). Code and data are assumed in tightly coupled memory
or in the caches, the two loads of a pair in different banks, and branches predicted to go the way that they go more
often.
"""

from mcu_toolkit.targets.core.base import CORES, Core, Kind, Op
from mcu_toolkit.targets.core.pipelined import SERIAL, Pipelined
from mcu_toolkit.targets.core.thumb import FLAGS, decode

_ALONE = (Kind.LOAD_MANY, Kind.STORE_MANY, Kind.SYSTEM, Kind.DIVIDE, Kind.CALL, Kind.RETURN)
_MULTIPLYING = (Kind.MULTIPLY, Kind.LONG_MULTIPLY)
#: Results that an instruction of the same cycle may use: those of the first arithmetic unit.
_FIRST_UNIT = ("add", "addw", "sub", "subw", "mov", "movw", "movt")
#: Cycles lost by a wrong prediction: 6 to 8.
_MISPREDICTED = 7.0


def _busy(op: Op) -> int:
    """Multi-word transfers move two words per cycle."""
    if op.kind in (Kind.LOAD_MANY, Kind.STORE_MANY, Kind.RETURN):
        return max(1, -(-op.words // 2))
    return {Kind.DIVIDE: 7, Kind.SYSTEM: 2}.get(op.kind, 1)


def _unit(op: Op) -> str:
    return SERIAL


def _latency(maker: Op, user: Op, register: str) -> int:
    """Operands that go through the shifter or form an address are needed a cycle before the others."""
    if register == FLAGS and user.kind is Kind.BRANCH:
        return 0  # predicted
    if user.kind is Kind.STORE and register not in user.address:
        return 0
    early = int(register in user.early or register in user.address)
    if maker.updates and register in maker.address:
        return 1
    if maker.kind in (Kind.LOAD, Kind.LOAD_MANY):
        product = user.kind in _MULTIPLYING and register not in user.accumulates
        return 1 + max(early, int(product)) + (1 if maker.bytes < 4 and not product else 0)
    if maker.kind in _MULTIPLYING:
        return 1 if register in user.accumulates else 2 + early
    if maker.kind is Kind.ALU and maker.name in _FIRST_UNIT and not maker.early:
        return 1 if early else 0
    return 1 + early


def _pairs(older: Op, younger: Op) -> bool:
    if older.kind in _ALONE or younger.kind in _ALONE:
        return False
    kinds = {older.kind, younger.kind}
    multiplies = sum(op.kind in _MULTIPLYING for op in (older, younger))
    shifts = sum(op.kind is Kind.EXTRACT or bool(op.early) for op in (older, younger))
    if multiplies == 2 or (multiplies and Kind.STORE in kinds) or older.kind is younger.kind is Kind.STORE:
        return False
    return shifts < 2 and younger.kind is not Kind.EXTRACT


_TABLE = Pipelined(_busy, _unit, _latency, _pairs, taken=0.5, mispredicted=_MISPREDICTED)
CORES.add(
    "cortex-m7",
    Core("cortex-m7", "Cortex-M7", "measurements on STM32H7", decode, _TABLE.straight, _TABLE.branches),
)
