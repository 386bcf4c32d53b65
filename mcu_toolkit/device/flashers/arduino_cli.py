"""arduino-cli: uploads the sketch that a build compiled with it."""

from __future__ import annotations

from types import MappingProxyType

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.flashers.base import FLASHERS, Flasher, FlashJob, require_key, require_port
from mcu_toolkit.errors import WorkspaceError


class ArduinoCliFlasher(Flasher):
    """Uploads the compiled sketch of the build folder."""

    name = "arduino-cli"
    summary = "compiling and uploading Arduino sketches"
    programs = MappingProxyType({"arduino-cli": "see https://arduino.github.io/arduino-cli/latest/installation/"})
    needs_port = True

    def require(self, board: Board) -> None:
        """See `Flasher.require`."""
        require_key(board, "flash.fqbn", board.flash.fqbn)
        process.require_tool("arduino-cli")

    def flash(self, job: FlashJob) -> str:
        """See `Flasher.flash`."""
        compiled = job.folder / "sketch-build"
        if not compiled.is_dir():
            raise WorkspaceError(
                "the build holds no compiled sketch",
                expected=str(compiled),
                hint=f"mcutk build --board {job.board.id} on a machine with arduino-cli and the board's core",
            )
        port = require_port(job, self)
        fqbn = job.board.flash.fqbn
        process.run(
            ["arduino-cli", "upload", "--port", port, "--fqbn", fqbn, "--input-dir", str(compiled)], timeout=180
        )
        return f"uploaded by arduino-cli to {port}"


FLASHERS.add(ArduinoCliFlasher.name, ArduinoCliFlasher())
