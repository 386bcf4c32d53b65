"""Cost tables of processor cores, one file per core: executed instructions → estimated cycles (docs/cycles.md)."""

from mcu_toolkit.targets.core.base import CORES, Core, Instruction, Op

__all__ = ["CORES", "Core", "Instruction", "Op"]
