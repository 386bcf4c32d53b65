"""Cortex-M4, with or without its floating-point unit.

Technical Reference Manual r0p1 (DDI 0439D), sections 3.3.1 (cycles) and 3.3.3 (loads and stores). Products of 32 and 64
bits and the DSP instructions take one cycle. Where the manual gives a range, the middle is taken: refill of the
pipeline 2 of 1 to 3, divisions 7 of 2 to 12.
"""

from mcu_toolkit.targets.core.base import CORES, Core, Kind
from mcu_toolkit.targets.core.cortex_m3 import REFILL
from mcu_toolkit.targets.core.sequential import Sequential
from mcu_toolkit.targets.core.thumb import decode

_TABLE = Sequential(
    cycles={Kind.LOAD: 2, Kind.DIVIDE: 7, Kind.SYSTEM: 2},
    taken={Kind.BRANCH: REFILL, Kind.CALL: REFILL, Kind.RETURN: REFILL},
    accumulate={},
    pipelined=True,
    indexed_store=2,
    address_stall=1,
    folded=True,
)
CORES.add("cortex-m4", Core("cortex-m4", "Cortex-M4", "DDI 0439D, 3.3", decode, _TABLE.straight, _TABLE.branches))
