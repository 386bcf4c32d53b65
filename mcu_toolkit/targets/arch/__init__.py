"""Processor architectures that firmware is built for, one file per architecture."""

from mcu_toolkit.targets.arch.base import ARCHS, Arch, Emulator, Requirement, lacks_long_multiply

__all__ = ["ARCHS", "Arch", "Emulator", "Requirement", "lacks_long_multiply"]
