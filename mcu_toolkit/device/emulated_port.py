"""An emulated board as a port: the emulator starts when the port is opened and ends when it is closed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import tempfile
from pathlib import Path
from typing import IO

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.link import CRASH_HINT
from mcu_toolkit.device.transport import SocketTransport
from mcu_toolkit.errors import ConfigError, CrashError, PortError, PortGoneError
from mcu_toolkit.targets.arch import ARCHS, Emulator

_START_PATIENCE = 20.0  # seconds
_LOG_READ = 1 << 14  # bytes of the emulator's own messages


def emulator_of(board: Board) -> Emulator:
    """The emulator of a board's architecture.

    Raises:
        ConfigError: there is none, or the descriptor has no table ``[emulator]``.
    """
    arch = ARCHS.find(board.core.arch)
    if board.emulator is None or arch.emulator is None:
        raise ConfigError(
            f"the board '{board.id}' cannot be emulated",
            expected="a table [emulator] in its descriptor, and an architecture with an emulator",
            received=f"architecture {arch.id}",
            hint="docs/boards.md explains the keys",
        )
    return arch.emulator


class EmulatedPort:
    """The serial port of an emulated board.

    The emulator connects to a socket that listens here, so that no port number has to be guessed.

    Args:
        board: an emulated board.
        elf: the image in its flash memory.
        extra: further arguments of the emulator.

    Raises:
        ConfigError: the board cannot be emulated.
        ToolMissingError: the emulator is not installed.
        PortError: it did not start; its own text is in the message.
    """

    def __init__(self, board: Board, elf: Path, extra: tuple[str, ...] = ()) -> None:
        self._emulator = emulator_of(board)
        self.name = f"{board.id} ({self._emulator.name})"
        self._stack = contextlib.ExitStack()
        try:
            self._power_on(board, elf, extra)
        except BaseException:
            self._stack.close()
            raise

    def _power_on(self, board: Board, elf: Path, extra: tuple[str, ...]) -> None:
        # A file without a name: nothing stays in the temporary directory, even if this process is killed.
        self._log: IO[bytes] = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1))
        assert board.emulator is not None  # by emulator_of
        port = listener.getsockname()[1]
        argv = self._emulator.command(board.emulator.machine, (*board.emulator.args, *extra), str(elf), port)
        self._child = self._stack.enter_context(process.running(argv, log=self._log))
        listener.settimeout(0.1)
        waited = 0.0
        while True:
            try:
                connection, _ = listener.accept()
                break
            except TimeoutError:
                waited += 0.1
                if self._child.poll() is not None or waited > _START_PATIENCE:
                    raise self._failure("did not start") from None
        self._socket = SocketTransport(connection, self.name)
        self._stack.callback(self._socket.close)

    def read(self, timeout: float) -> bytes:
        """See `Transport.read`. A crash of the firmware is reported as such.

        Raises:
            CrashError: the emulator ended by itself. Firmware that faults says so on the link first, if it can.
            PortGoneError: somebody ended the emulator.
        """
        try:
            return self._socket.read(timeout)
        except PortError:
            raise self._ended() from None

    def write(self, data: bytes) -> None:
        """See `Transport.write` and `read`."""
        try:
            self._socket.write(data)
        except PortError:
            raise self._ended() from None

    def close(self) -> None:
        """End the emulator; its process has ended when this returns."""
        self._stack.close()

    def _ended(self) -> Exception:
        """The error for a broken connection: the firmware crashed, or the emulator was ended."""
        with contextlib.suppress(Exception):
            self._child.wait(2.0)
        code = self._child.poll()
        if code is None or code in (-signal.SIGKILL, -signal.SIGTERM):
            ended = self._failure("ended unexpectedly")
            return PortGoneError(ended.message, received=ended.received, hint=ended.hint)
        text = self._text()[:300]
        return CrashError(
            f"the firmware on '{self.name}' crashed",
            expected="an emulator that runs until its port is closed",
            received=f"its end with exit code {code}" + (f", {text}" if text else ""),
            hint=CRASH_HINT,
        )

    def _text(self) -> str:
        # The emulator shares the file's position, which must stay.
        return os.pread(self._log.fileno(), _LOG_READ, 0).decode("utf-8", errors="replace").strip()

    def _failure(self, what: str) -> PortError:
        code = self._child.poll()
        text = self._text()[-2000:]
        return PortError(
            f"the emulator {what}",
            received=text or (f"exit code {code}" if code is not None else "no connection"),
            hint="mcutk doctor checks its installation",
        )
