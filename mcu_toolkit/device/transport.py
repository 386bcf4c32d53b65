"""Byte streams to a board: a serial port, or the socket of an emulated board. Every failure becomes a `PortError`."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from mcu_toolkit.device.ports import serial_ports
from mcu_toolkit.errors import PortError, PortGoneError

_PIECE = 1 << 16
#: Exceptions of pyserial when a port fails or disappears.
_SERIAL_FAILURES: tuple[type[Exception], ...] = (OSError, TypeError)
if os.name == "posix":
    import termios

    _SERIAL_FAILURES += (termios.error,)
_OPEN_FAILURES: tuple[type[Exception], ...] = (*_SERIAL_FAILURES, ValueError)


class Transport(Protocol):
    """A port as the link uses it."""

    @property
    def name(self) -> str:
        """Name in messages."""

    def read(self, timeout: float) -> bytes:
        """The bytes that have arrived; waits up to `timeout` seconds for the first, and is empty if none came.

        Raises:
            PortGoneError: the port went away.
        """

    def write(self, data: bytes) -> None:
        """Send all bytes.

        Raises:
            PortGoneError: the port went away, or accepts nothing for a long time.
        """

    def close(self) -> None:
        """Close the port; may be called again."""


class SocketTransport:
    """A connected socket, which is closed with the transport.

    Args:
        connection: connected stream socket.
        name: name in messages.
        patience: seconds that a write may take.
    """

    def __init__(self, connection: socket.socket, name: str, patience: float = 20.0) -> None:
        self._connection = connection
        self._patience = patience
        self.name = name
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, timeout: float) -> bytes:
        """See `Transport.read`."""
        try:
            ready, _, _ = select.select([self._connection], [], [], max(timeout, 0.0))
            data = self._connection.recv(_PIECE) if ready else None
        except (OSError, ValueError) as bad:
            raise _gone(self.name, str(bad)) from bad
        if data == b"":
            raise _gone(self.name, "the other end closed the connection")
        return data or b""

    def write(self, data: bytes) -> None:
        """See `Transport.write`."""
        try:
            self._connection.settimeout(self._patience)
            self._connection.sendall(data)
        except OSError as bad:
            raise _gone(self.name, str(bad)) from bad

    def close(self) -> None:
        """See `Transport.close`."""
        self._connection.close()

    def __enter__(self) -> SocketTransport:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class SerialTransport:
    """A serial port, or anything else that pyserial opens (``socket://host:port``, ``rfc2217://…``, a pty).

    Args:
        port: device name or URL.
        baud: bits per second.

    Raises:
        PortError: it does not exist, is in use, or this user may not open it.
    """

    def __init__(self, port: str, baud: int) -> None:
        import serial

        self.name = port
        options: dict[str, Any] = {} if "://" in port else {"exclusive": True}
        try:
            self._serial = serial.serial_for_url(port, baudrate=baud, timeout=0, write_timeout=20.0, **options)
        except _OPEN_FAILURES as bad:  # SerialException is an OSError
            raise _cannot_open(port, bad) from bad

    def read(self, timeout: float) -> bytes:
        """See `Transport.read`."""
        try:
            waiting = self._serial.in_waiting
            self._serial.timeout = 0 if waiting else max(timeout, 0.0)
            first = self._serial.read(waiting or 1)
            more = self._serial.in_waiting if first and not waiting else 0
            self._serial.timeout = 0
            return bytes(first + (self._serial.read(more) if more else b""))
        except _SERIAL_FAILURES as bad:
            raise _gone(self.name, str(bad)) from bad

    def write(self, data: bytes) -> None:
        """See `Transport.write`."""
        try:
            self._serial.write(data)
        except _SERIAL_FAILURES as bad:
            raise _gone(self.name, str(bad)) from bad

    def close(self) -> None:
        """See `Transport.close`."""
        with contextlib.suppress(*_SERIAL_FAILURES):
            self._serial.close()


def _cannot_open(port: str, bad: Exception) -> PortError:
    number = getattr(bad, "errno", None)
    text = str(bad).lower()
    if number == errno.ENOENT or "no such file" in text or ("://" not in port and not Path(port).exists()):
        there = serial_ports()
        return PortError(
            f"there is no port '{port}'",
            expected="one of " + ", ".join(there) if there else "a serial port; this machine has none",
            received=port,
            hint="plug the board in, and check the cable and the name: mcutk doctor lists the ports",
        )
    if number in (errno.EACCES, errno.EPERM) or "permission denied" in text:
        return PortError(
            f"the port '{port}' may not be opened by this user",
            received=str(bad),
            hint="sudo usermod -aG dialout $USER, then log in again" if os.name == "posix" else None,
        )
    if number in (errno.EBUSY, errno.EAGAIN) or "busy" in text or "lock" in text:
        return PortError(
            f"the port '{port}' is busy",
            expected="a port that no other program holds",
            received=str(bad),
            hint=f"close the serial monitor or other program that uses it (lsof {port} names it)",
        )
    return PortError(f"the port '{port}' cannot be opened", received=str(bad), hint="mcutk doctor lists the ports")


def _gone(name: str, why: str) -> PortGoneError:
    return PortGoneError(f"the port '{name}' went away", received=why, hint="check the cable and the board's power")
