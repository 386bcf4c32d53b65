"""bossac in Arduino's fork: programs Arduino's nRF52840 boards through their serial bootloader.

Opening the port at 1200 baud makes a sketch start the bootloader, which appears as another USB device, possibly under
another port name. A bare-metal image has no USB, so that the user has to press the reset button twice instead.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from types import MappingProxyType

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.flashers.base import FLASHERS, Flasher, FlashJob
from mcu_toolkit.device.transport import SerialTransport
from mcu_toolkit.errors import PortError, ToolMissingError

_PATIENCE = 10.0  # seconds for the bootloader to appear
_INSTALL = "arduino-cli core install arduino:mbed_nano   (Debian's bossac cannot program an nRF52840)"
_PACKAGES = "packages/arduino/tools/bossac"


def find_bossac(home: Path | None = None) -> Path | None:
    """Arduino's fork in its newest version that arduino-cli installed, else the program on PATH.

    Args:
        home: home folder, for tests.
    """
    root = (home or Path.home()) / ".arduino15" / _PACKAGES
    forks = sorted(root.glob("*arduino*/bossac"), reverse=True)
    return forks[0] if forks else process.find_tool("bossac")


def bootloader_port(board: Board) -> str | None:
    """The serial port of a board that runs its bootloader, found by its USB identity; None if there is none."""
    from serial.tools import list_ports

    for port in list_ports.comports():
        if port.vid is not None and f"{port.vid:04x}:{port.pid:04x}" in board.usb.bootloader:
            return str(port.device)
    return None


def touch(port: str) -> None:
    """Open a port at 1200 baud and drop DTR, which makes an Arduino sketch start the bootloader.

    Raises:
        PortError: the port cannot be opened.
    """
    SerialTransport(port, 1200).close()


class BossacFlasher(Flasher):
    """Programs the raw image through the bootloader."""

    name = "bossac"
    summary = "programming through Arduino's serial bootloader"
    programs = MappingProxyType({"bossac": _INSTALL})
    needs_port = True

    def require(self, board: Board) -> None:
        """See `Flasher.require`."""
        if find_bossac() is None:
            raise ToolMissingError("the program 'bossac' is not installed", hint=_INSTALL)

    def flash(self, job: FlashJob) -> str:
        """See `Flasher.flash`."""
        tool = find_bossac()
        assert tool is not None, "require() comes first"
        port = bootloader_port(job.board)
        if port is None and job.port is not None:
            touch(job.port)
            port = self._await_bootloader(job)
        if port is None:
            raise PortError(
                "the board is not in its bootloader",
                expected=f"a USB device {' or '.join(job.board.usb.bootloader)}",
                hint="press the reset button twice, quickly: the orange LED fades in and out; then repeat the command",
            )
        offset = [f"--offset=0x{job.board.flash.offset:x}"] if job.board.flash.offset else []
        image = str(job.image("bin"))
        process.run([str(tool), f"--port={Path(port).name}", "-U", "-i", "-e", "-w", *offset, image, "-R"], timeout=120)
        return f"programmed through the bootloader on {port}"

    @staticmethod
    def _await_bootloader(job: FlashJob) -> str | None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                port = bootloader_port(job.board)
                if port is not None:
                    time.sleep(0.5)  # the device node exists a moment before it may be opened
                    return port
            time.sleep(0.1)
        return None


FLASHERS.add(BossacFlasher.name, BossacFlasher())
