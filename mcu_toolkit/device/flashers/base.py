"""Base class and registry of flashers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.errors import ConfigError, PortError
from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.registry import Registry, modules_of

#: Folder in which tools run that execute scripts which they find in the current folder (pyOCD: pyocd_user.py; OpenOCD:
#: any file that a configuration names): not the project, which may be somebody else's.
NEUTRAL = Path("/")


@dataclass(frozen=True)
class FlashJob:
    """An image and the board to program.

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
        """Absolute path of the image as ``elf``, ``hex`` or ``bin``."""
        return self.folder.resolve() / f"firmware.{suffix}"


class Flasher(ABC):
    """One way to program a board.

    Attributes:
        name: as in ``flash.tools`` of a board descriptor.
        summary: completes the sentence "is needed for …".
        programs: program that it starts → command that installs it.
        needs_port: whether it programs through the board's serial port.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    programs: ClassVar[Mapping[str, str]] = MappingProxyType({})
    needs_port: ClassVar[bool] = False

    @abstractmethod
    def require(self, board: Board) -> None:
        """Check that this machine and the descriptor have what the flasher needs.

        Raises:
            ToolMissingError: with the command that installs the program.
            ConfigError: the descriptor lacks a key.
        """

    @abstractmethod
    def flash(self, job: FlashJob) -> str:
        """Program the image, after `require`. Returns what was done, as a sentence for the user.

        Raises:
            ToolFailedError: the program failed; its own text is in the message.
            PortError: the port is missing or in use.
        """


class _Flashers(Registry[Flasher]):
    """Flashers by name. Registration tells `process` how their programs are installed."""

    def add(self, name: str, item: Flasher) -> Flasher:
        made = super().add(name, item)
        process.INSTALL_HINTS.update(item.programs)
        return made


FLASHERS = _Flashers("flasher", builtin=modules_of("mcu_toolkit.device.flashers", [str(Path(__file__).parent)]))


def flashers_of(board: Board) -> tuple[Flasher, ...]:
    """The flashers of a board, the preferred one first.

    Raises:
        ConfigError: ``flash.tools`` of its descriptor names one that does not exist.
    """
    try:
        return tuple(FLASHERS.find(name) for name in board.flash.tools)
    except ConfigError as bad:
        raise ConfigError(
            f"'flash.tools' of the board '{board.id}' is wrong: {bad.message}",
            expected=bad.expected,
            received=bad.received,
            hint=bad.hint,
        ) from bad


def require_key(board: Board, key: str, value: object) -> None:
    """Refuse a descriptor that lacks a key.

    Raises:
        ConfigError: `value`, the key's value, is empty.
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
