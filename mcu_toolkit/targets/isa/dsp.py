"""The DSP extension of Armv7E-M and Armv8-M: Cortex-M4, M7, M33."""

from mcu_toolkit.targets.isa.base import ISAS, Isa

DSP = ISAS.add("dsp", Isa(id="dsp", name="Armv7E-M DSP extension", also_runs=("portable",)))
