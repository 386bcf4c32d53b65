"""OpenOCD: programs over a debug probe on SWD or JTAG."""

from __future__ import annotations

from types import MappingProxyType

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.flashers.base import FLASHERS, NEUTRAL, Flasher, FlashJob, require_key
from mcu_toolkit.errors import ConfigError

#: Characters of a path that Tcl, in which OpenOCD reads its commands, does not take literally within braces.
_TCL = "{}\\"


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
        image = str(job.image("elf"))
        if any(sign in _TCL for sign in image):
            raise ConfigError(
                "OpenOCD cannot take this project folder", expected=f"a path without {' '.join(_TCL)}", received=image
            )
        program = f"program {{{image}}} verify reset exit"
        process.run(["openocd", *files, "-c", program], cwd=NEUTRAL, timeout=180)
        return "programmed, verified and reset by OpenOCD"


FLASHERS.add(OpenocdFlasher.name, OpenocdFlasher())
