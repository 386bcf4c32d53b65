"""Helium, the M-profile vector extension of Armv8.1-M: Cortex-M55 and later."""

from mcu_toolkit.targets.isa.base import ISAS, Isa

MVE = ISAS.add(
    "mve",
    Isa(id="mve", name="Armv8.1-M Helium (MVE)", also_runs=("dsp", "portable"), tensor_align=16, scratch_align=8),
)
