"""Plain C11, for every core."""

from mcu_toolkit.targets.isa.base import ISAS, Isa

PORTABLE = ISAS.add("portable", Isa(id="portable", name="portable C11"))
