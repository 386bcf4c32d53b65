"""Flash memory of an emulated board: a folder that the emulator reads when the board's port is opened."""

from __future__ import annotations

import shutil

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.emulated_port import emulator_of
from mcu_toolkit.device.flashers.base import FLASHERS, Flasher, FlashJob
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.workspace import atomic_dir


class EmulatorFlasher(Flasher):
    """Copies the image, with the record of its build, into the board's folder."""

    name = "emulator"
    summary = "programming the emulated boards"

    def require(self, board: Board) -> None:
        """See `Flasher.require`."""
        process.require_tool(emulator_of(board).program)

    def flash(self, job: FlashJob) -> str:
        """See `Flasher.flash`."""
        with atomic_dir(job.device_dir) as staging:
            shutil.copyfile(job.image("elf"), staging / "firmware.elf")
            shutil.copyfile(job.folder / "build.json", staging / "build.json")
            write_manifest(staging, "mcutk flash", inputs={"firmware": job.build.firmware_sha256})
        emulator = emulator_of(job.board).name
        return f"stored for {emulator}; it powers on when its port is opened ({job.build.firmware_sha256[:16]})"


FLASHERS.add(EmulatorFlasher.name, EmulatorFlasher())
