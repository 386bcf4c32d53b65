"""Cortex-M0 and Cortex-M0+, each with the single-cycle multiplier and with the small one of 32 cycles.

Cortex-M0 Technical Reference Manual (DDI 0432C), section 3.3, and Cortex-M0+ (DDI 0484C), section 3.3: one table of
cycles each. Which multiplier a chip has is its maker's choice; most have the fast one, among them the RP2040. The names
are those of GCC's ``-mcpu``.
"""

from mcu_toolkit.targets.core.base import CORES, Core, Kind
from mcu_toolkit.targets.core.sequential import Sequential
from mcu_toolkit.targets.core.thumb import decode

#: Cycles that the small multiplier adds.
_SMALL = 32
_LOADS = {Kind.LOAD: 2, Kind.STORE: 2}
_M0 = {**_LOADS, Kind.SYSTEM: 4}
_M0_TAKEN = {Kind.BRANCH: 2, Kind.CALL: 3, Kind.RETURN: 2}
_M0_PLUS = {**_LOADS, Kind.SYSTEM: 3}
_M0_PLUS_TAKEN = {Kind.BRANCH: 1, Kind.CALL: 2, Kind.RETURN: 1}

for _id, _name, _source, _cycles, _taken in (
    ("cortex-m0", "Cortex-M0", "DDI 0432C, 3.3", _M0, _M0_TAKEN),
    ("cortex-m0plus", "Cortex-M0+", "DDI 0484C, 3.3", _M0_PLUS, _M0_PLUS_TAKEN),
):
    for _suffix, _remark, _multiply in (
        ("", "single-cycle multiplier", 1),
        (".small-multiply", "multiplier of 32 cycles", _SMALL),
    ):
        _table = Sequential(cycles={**_cycles, Kind.MULTIPLY: _multiply}, taken=_taken, accumulate={}, loaded_return=1)
        CORES.add(
            _id + _suffix,
            Core(_id + _suffix, f"{_name}, {_remark}", _source, decode, _table.straight, _table.branches),
        )
