"""Flashers: programs that write an image to a board, one file per program."""

from mcu_toolkit.device.flashers.base import FLASHERS, Flasher, FlashJob, flashers_of

__all__ = ["FLASHERS", "FlashJob", "Flasher", "flashers_of"]
