"""What a flasher is: a class a tool, which says what it needs and puts an image on a board."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.boards import Board
from mcu_toolkit.errors import ConfigError, PortError
from mcu_toolkit.records.build import BuildRecord


@dataclass(frozen=True)
class FlashJob:
    """What is to be programmed and where.

    Attributes:
        board: the board.
        folder: its build folder, with the images.
        build: record of the build, checked against its hashes.
        device_dir: flash memory of an emulated board.
        port: serial port, or None.
    """

    board: Board
    folder: Path
    build: BuildRecord
    device_dir: Path
    port: str | None

    def image(self, suffix: str) -> Path:
        """The image as ``elf``, ``hex`` or ``bin``."""
        return self.folder / f"firmware.{suffix}"


class Flasher(ABC):
    """One way to program a board.

    Attributes:
        name: as in ``flash.tools`` of a descriptor.
        summary: a line for people.
        needs_port: whether it works through the board's serial port.
    """

    name: str
    summary: str
    needs_port: bool = False

    @abstractmethod
    def require(self, board: Board) -> None:
        """Check that this machine and the descriptor have what the tool needs.

        Raises:
            ToolMissingError: with the command that installs it.
            ConfigError: the descriptor lacks a key that the tool needs.
        """

    @abstractmethod
    def flash(self, job: FlashJob) -> str:
        """Program the image; what was programmed, in words.

        Raises:
            ToolFailedError: the tool failed; its own text is in the message.
            PortError: the port is missing or in use.
        """


def require_key(board: Board, key: str, value: object) -> None:
    """A key of the descriptor that a tool cannot do without.

    Raises:
        ConfigError: it is empty.
    """
    if not value:
        raise ConfigError(f"the descriptor of '{board.id}' lacks the key '{key}'", hint="docs/boards.md explains it")


def require_port(job: FlashJob, flasher: Flasher) -> str:
    """The port of a job.

    Raises:
        PortError: none was given.
    """
    if job.port is None:
        raise PortError(
            f"{flasher.name} needs the serial port of the board",
            expected="--port",
            hint=f"mcutk flash --board {job.board.id} --port /dev/ttyACM0; mcutk doctor lists the ports",
        )
    return job.port
