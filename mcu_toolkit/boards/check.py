"""Checks of a board descriptor beyond its types. Names of flashers are checked by the device stage, which has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcu_toolkit.boards.descriptor import Board
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.targets.isa import ISAS

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}\Z")
#: In the order of their numbers in a HELLO_REPLY (docs/protocol.md).
UNITS = ("instructions", "cycles")
OVERLAPS = ("pause", "hold")
_DEFINE = re.compile(r"[A-Z][A-Z0-9_]{0,62}\Z")
_FLAG_VALUE = re.compile(r"[a-z0-9-]*\Z")
_FOLDER = re.compile(r"[a-z0-9_]+\Z")
_TARGET = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._-]*)?\Z")
_FQBN = re.compile(r"([A-Za-z0-9_.]+:[A-Za-z0-9_.:=,-]+)?\Z")
#: A file that ships with OpenOCD. Its files are programs in Tcl, so that one of the project would be one too.
_OPENOCD = re.compile(r"[a-z]+/[A-Za-z0-9_][A-Za-z0-9._-]*\.cfg\Z")


def check(board: Board, origin: str) -> None:
    """Refuse a descriptor with a value that the rest of the toolkit cannot use.

    Args:
        board: as read from the file.
        origin: the file, for messages.

    Raises:
        ConfigError: the key, the values that are possible and the one found.
    """
    for key, value, known in _choices(board):
        if value not in known:
            raise ConfigError(
                f"{origin}: '{key}' is wrong",
                expected=" | ".join(known),
                received=value,
                hint=did_you_mean(value, known),
            )
    for key, good, expected, received in _rules(board):
        if not good:
            raise ConfigError(f"{origin}: '{key}' is wrong", expected=expected, received=received)
    _check_emulation(board, origin)
    for name in board.hal.defines:
        if not _DEFINE.match(name):
            raise ConfigError(
                f"{origin}: '{name}' in hal.defines is not a C macro", expected="UPPER_CASE", received=name
            )


def _check_emulation(board: Board, origin: str) -> None:
    """Refuse arguments of an emulator that do more than describe a board."""
    emulator = ARCHS.find(board.core.arch).emulator
    if board.emulator is None or emulator is None:
        return
    refused = emulator.refused(board.emulator.machine, board.emulator.args)
    if refused is not None:
        raise ConfigError(
            f"{origin}: the table [emulator] is refused: {refused}", hint="docs/boards.md lists the arguments"
        )


def _choices(board: Board) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(key, value, possible values)"""
    yield "core.arch", board.core.arch, tuple(ARCHS)
    yield "core.isa", board.core.isa, tuple(ISAS)
    yield "timing.unit", board.timing.unit, UNITS
    yield "link.overlap", board.link.overlap, OVERLAPS


def _rules(board: Board) -> Iterator[tuple[str, bool, str, str]]:
    """(key, whether the value is right, what is expected, the value)"""
    core, memory, link = board.core, board.memory, board.link
    power = link.ring >= 64 and link.ring & (link.ring - 1) == 0
    stack = str(memory.stack_bytes)
    yield "id", bool(ID.match(board.id)), "lower-case letters, digits and dashes", board.id
    yield "core.cpu", bool(core.cpu and _FLAG_VALUE.match(core.cpu)), "a GCC -mcpu name", core.cpu
    yield "core.fpu", bool(_FLAG_VALUE.match(core.fpu)), "a GCC -mfpu name", core.fpu
    yield "link.ring", power, "a power of two of at least 64", str(link.ring)
    yield "link.payload", 64 <= link.payload <= 4096, "64 to 4096", str(link.payload)
    yield "hal.family", bool(_FOLDER.match(board.hal.family)), "a folder of firmware/hal", board.hal.family
    for config in board.flash.openocd_config:
        yield "flash.openocd_config", bool(_OPENOCD.match(config)), "files of OpenOCD, as target/nrf52.cfg", config
    yield "flash.pyocd_target", bool(_TARGET.match(board.flash.pyocd_target)), "a target name", board.flash.pyocd_target
    yield "flash.fqbn", bool(_FQBN.match(board.flash.fqbn)), "vendor:architecture:board", board.flash.fqbn
    yield "flash.tools", bool(board.flash.tools), "at least one flasher", "none"
    for kind, origin, size in (
        ("flash", memory.flash_origin, memory.flash_bytes),
        ("ram", memory.ram_origin, memory.ram_bytes),
    ):
        yield f"memory.{kind}_bytes", origin + size <= 1 << 32, "an end below 4 GB", f"{size} bytes from {origin:#x}"
    yield "memory.stack_bytes", 0 < memory.stack_bytes < memory.ram_bytes, "less than the RAM", stack
    yield "memory.stack_bytes", memory.stack_bytes % 8 == 0, "a multiple of 8", stack
