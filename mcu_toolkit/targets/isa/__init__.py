"""Instruction sets that kernels are written for, one file per instruction set."""

from mcu_toolkit.targets.isa.base import ISAS, Costs, Isa
from mcu_toolkit.targets.isa.dsp import DSP
from mcu_toolkit.targets.isa.mve import MVE
from mcu_toolkit.targets.isa.portable import PORTABLE

__all__ = ["DSP", "ISAS", "MVE", "PORTABLE", "Costs", "Isa"]
