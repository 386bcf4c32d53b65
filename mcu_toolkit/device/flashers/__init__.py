"""Flashers, one a file. `base` says what one is; `FLASHERS` maps the names of descriptors to them."""

from __future__ import annotations

from collections.abc import Mapping

from mcu_toolkit.device.flashers.arduino_cli import ArduinoCliFlasher
from mcu_toolkit.device.flashers.base import Flasher, FlashJob
from mcu_toolkit.device.flashers.bossac import BossacFlasher
from mcu_toolkit.device.flashers.emulator import EmulatorFlasher
from mcu_toolkit.device.flashers.openocd import OpenocdFlasher
from mcu_toolkit.device.flashers.pyocd import PyocdFlasher

FLASHERS: Mapping[str, Flasher] = {
    flasher.name: flasher
    for flasher in (EmulatorFlasher(), PyocdFlasher(), OpenocdFlasher(), BossacFlasher(), ArduinoCliFlasher())
}

__all__ = ["FLASHERS", "FlashJob", "Flasher"]
