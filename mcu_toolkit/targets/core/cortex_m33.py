"""Cortex-M33.

Arm publishes no cycle table of this core. The figures are measurements on an RP2350 by two independent projects:
github.com/jnk0le/random ("pipeline cycle test", cortex_m33.md) and github.com/slothy-optimizer/slothy
(targets/arm_v7m/cortex_m33.py). One instruction starts per cycle; a 16-bit branch that is not taken and IT may start
together with a 16-bit instruction.
"""

from mcu_toolkit.targets.core.base import CORES, Core, Kind, Op
from mcu_toolkit.targets.core.pipelined import SERIAL, Pipelined
from mcu_toolkit.targets.core.thumb import FLAGS, decode

_BUSY = {Kind.DIVIDE: 7, Kind.SYSTEM: 2}
_DECIDING = (Kind.BRANCH, Kind.IF_THEN)
_MULTIPLYING = (Kind.MULTIPLY, Kind.LONG_MULTIPLY)
#: Extraction with addition, packing and parallel arithmetic use the second stage, as products do.
_ONE_STAGE = (
    "bfi",
    "bfc",
    "sbfx",
    "ubfx",
    "sxtb",
    "sxth",
    "uxtb",
    "uxth",
    "sxtb16",
    "uxtb16",
    "rev",
    "rev16",
    "clz",
    "rbit",
)


def busy(op: Op) -> int:
    """A cycle per word of a multi-word transfer; two for a 16-bit multiplication, because it sets the flags."""
    if op.kind in (Kind.LOAD_MANY, Kind.STORE_MANY, Kind.RETURN):
        return max(op.words, 1)
    if op.kind is Kind.MULTIPLY and op.narrow:
        return 2
    return _BUSY.get(op.kind, 1)


def unit(op: Op) -> str:
    """One pipeline."""
    return SERIAL


def latency(maker: Op, user: Op, register: str) -> int:
    """Two cycles for loads, products, and what goes through the second stage; sums can be chained."""
    if register in user.accumulates:
        return 1
    if register == FLAGS:
        return int(user.kind not in _DECIDING)
    if maker.kind in (Kind.LOAD, Kind.LOAD_MANY) and register not in maker.address:
        return 1 if user.kind is Kind.STORE and register not in user.address else 2
    late = maker.kind in _MULTIPLYING or maker.shifted or (maker.kind is Kind.EXTRACT and maker.name not in _ONE_STAGE)
    return 2 if late and not (user.kind is Kind.STORE and register not in user.address) else 1


def pairs(older: Op, younger: Op) -> bool:
    """16-bit branches and IT behind a 16-bit instruction."""
    return older.narrow and younger.narrow and younger.kind in _DECIDING


_TABLE = Pipelined(busy, unit, latency, pairs, taken=2)
CORES.add(
    "cortex-m33",
    Core("cortex-m33", "Cortex-M33", "measurements on an RP2350", decode, _TABLE.straight, _TABLE.branches),
)
