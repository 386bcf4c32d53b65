"""Cortex-M3.

Technical Reference Manual r2p0 (DDI 0337I), sections 3.3.1 (cycles) and 3.3.2 (loads and stores). Where the manual
gives a range, the middle is taken: refill of the pipeline 2 of 1 to 3, 64-bit products 4 of 3 to 5 and 5 of 4 to 7 with
accumulation, divisions 7 of 2 to 12. Loads that update their address register do not overlap the load before them:
measured on an STM32F103 (github.com/jnk0le/random, "pipeline cycle test").
"""

from mcu_toolkit.targets.core.base import CORES, Core, Kind
from mcu_toolkit.targets.core.sequential import Sequential
from mcu_toolkit.targets.core.thumb import decode

#: Cycles that refilling the pipeline takes.
REFILL = 2

_TABLE = Sequential(
    cycles={Kind.LOAD: 2, Kind.LONG_MULTIPLY: 4, Kind.DIVIDE: 7, Kind.SYSTEM: 2},
    taken={Kind.BRANCH: REFILL, Kind.CALL: REFILL, Kind.RETURN: REFILL},
    accumulate={Kind.MULTIPLY: 1, Kind.LONG_MULTIPLY: 1},
    pipelined=True,
    chained_updates=False,
    indexed_store=2,
    address_stall=1,
    folded=True,
)
CORES.add("cortex-m3", Core("cortex-m3", "Cortex-M3", "DDI 0337I, 3.3", decode, _TABLE.straight, _TABLE.branches))
