"""The flash memory of an emulated board: a folder that the emulator reads when the board's port is opened."""

from __future__ import annotations

import shutil

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.emulated_port import QEMU
from mcu_toolkit.device.flashers.base import Flasher, FlashJob, require_key
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.workspace import atomic_dir


class EmulatorFlasher(Flasher):
    """Copies the image, with the record of its build, into the board's folder."""

    name = "emulator"
    summary = "stores the image for QEMU"

    def require(self, board: Board) -> None:
        """See `Flasher.require`."""
        require_key(board, "emulator", board.emulator)
        process.require_tool(QEMU)

    def flash(self, job: FlashJob) -> str:
        """See `Flasher.flash`."""
        with atomic_dir(job.device_dir) as staging:
            shutil.copyfile(job.image("elf"), staging / "firmware.elf")
            shutil.copyfile(job.folder / "build.json", staging / "build.json")
            write_manifest(staging, "mcutk flash", inputs={"firmware": job.build.firmware_sha256})
        return f"stored for QEMU; it powers on when its port is opened ({job.build.firmware_sha256[:16]})"
