"""pyOCD: programs over a debug probe on SWD (CMSIS-DAP, J-Link, ST-LINK)."""

from __future__ import annotations

from types import MappingProxyType

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.flashers.base import FLASHERS, NEUTRAL, Flasher, FlashJob, require_key


class PyocdFlasher(Flasher):
    """Programs the HEX file, which holds addresses, so that a bootloader below them is kept."""

    name = "pyocd"
    summary = "programming over a debug probe"
    programs = MappingProxyType({"pyocd": "pip install pyocd"})

    def require(self, board: Board) -> None:
        """See `Flasher.require`."""
        require_key(board, "flash.pyocd_target", board.flash.pyocd_target)
        process.require_tool("pyocd")

    def flash(self, job: FlashJob) -> str:
        """See `Flasher.flash`."""
        target = ["--target", job.board.flash.pyocd_target]
        process.run(["pyocd", "flash", *target, "--no-wait", str(job.image("hex"))], cwd=NEUTRAL, timeout=180)
        process.run(["pyocd", "reset", *target, "--no-wait"], cwd=NEUTRAL, timeout=60)
        return f"programmed by pyOCD as {job.board.flash.pyocd_target}, and reset"


FLASHERS.add(PyocdFlasher.name, PyocdFlasher())
