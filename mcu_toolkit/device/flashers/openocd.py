"""OpenOCD: programs over a debug probe on SWD or JTAG."""

from __future__ import annotations

from types import MappingProxyType

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.flashers.base import FLASHERS, Flasher, FlashJob, require_key


class OpenocdFlasher(Flasher):
    """Programs, verifies and resets in one run of OpenOCD."""

    name = "openocd"
    summary = "programming over a debug probe"
    programs = MappingProxyType({"openocd": "sudo apt-get install openocd"})

    def require(self, board: Board) -> None:
        """See `Flasher.require`."""
        require_key(board, "flash.openocd_config", board.flash.openocd_config)
        process.require_tool("openocd")

    def flash(self, job: FlashJob) -> str:
        """See `Flasher.flash`."""
        files = [part for config in job.board.flash.openocd_config for part in ("-f", config)]
        program = f"program {{{job.image('elf')}}} verify reset exit"
        process.run(["openocd", *files, "-c", program], timeout=180)
        return "programmed, verified and reset by OpenOCD"


FLASHERS.add(OpenocdFlasher.name, OpenocdFlasher())
