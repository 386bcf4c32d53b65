"""Cortex-M55: a scalar instruction per cycle; a vector instruction keeps its unit busy for two (two beats per cycle).

Sources: Armv8.1-M Architecture Reference Manual (DDI 0553), B5.5 (overlap of beats); units, latencies and throughputs
of github.com/slothy-optimizer/slothy (targets/arm_v81m/cortex_m55r1.py); the scalar pipeline as on the Cortex-M33. The
end of a hardware loop takes no time. Data are assumed in tightly coupled memory.
"""

from mcu_toolkit.targets.core import cortex_m33
from mcu_toolkit.targets.core.base import CORES, Core, Kind, Op
from mcu_toolkit.targets.core.pipelined import SERIAL, Pipelined
from mcu_toolkit.targets.core.thumb import decode

_UNITS = {
    Kind.VECTOR_LOAD: "memory",
    Kind.VECTOR_STORE: "memory",
    Kind.VECTOR_MULTIPLY: "vector multiplication",
    Kind.VECTOR: "vector arithmetic",
}
#: Two beats per cycle.
_BEATS = 2
#: Elements per cycle that a transfer with computed addresses moves.
_GATHERED = 2


def _busy(op: Op) -> int:
    if op.kind in _UNITS:
        return max(_BEATS, op.words // _GATHERED)
    if op.kind is Kind.LOOP:
        return int(op.name not in ("le", "letp"))
    return cortex_m33.busy(op)


def _unit(op: Op) -> str:
    return _UNITS.get(op.kind, SERIAL)


def _latency(maker: Op, user: Op, register: str) -> int:
    if maker.kind not in _UNITS:
        return cortex_m33.latency(maker, user, register)
    if register in maker.address:
        return 1
    if user.kind not in _UNITS and maker.kind in (Kind.VECTOR, Kind.VECTOR_MULTIPLY):
        return 3  # across to the scalar registers
    if maker.kind is Kind.VECTOR_MULTIPLY:
        return 1 if user.kind is Kind.VECTOR_STORE or register in user.accumulates else 2
    return 1


def _branches(op: Op, taken: int, passed: int) -> float:
    return 0.0 if op.kind is Kind.LOOP else _TABLE.branches(op, taken, passed)


_TABLE = Pipelined(_busy, _unit, _latency, cortex_m33.pairs, taken=2)
CORES.add(
    "cortex-m55",
    Core("cortex-m55", "Cortex-M55", "measurements by SLOTHY's author", decode, _TABLE.straight, _branches),
)
