"""Which boards can be emulated; the emulator itself is tested in tests/emulator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.device.emulated_port import emulator_of
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.targets.arch.arm import ARM


def test_the_architecture_names_the_emulator() -> None:
    assert emulator_of(load_board("qemu-m4")) is ARM.emulator


def test_hardware_cannot_be_emulated() -> None:
    with pytest.raises(ConfigError, match="'nano33' cannot be emulated"):
        emulator_of(load_board("nano33"))


def test_an_architecture_without_an_emulator() -> None:
    board = load_board("qemu-m4")
    board = replace(board, core=replace(board.core, arch="bare"))
    with ARCHS.added("bare", replace(ARM, id="bare", emulator=None)), pytest.raises(ConfigError, match="bare"):
        emulator_of(board)
