"""An emulated board as a port: QEMU powers on when it is opened and off when it is closed."""

from __future__ import annotations

import contextlib
import signal
import socket
import tempfile
from pathlib import Path

from mcu_toolkit import process
from mcu_toolkit.boards import Board
from mcu_toolkit.device.transport import SocketTransport
from mcu_toolkit.errors import PortError, ToolFailedError

QEMU = "qemu-system-arm"
_START_PATIENCE = 20.0  # seconds
_FAULT_BASE = 100  # firmware/hal/cortexm/startup.c leaves with this plus the exception number
_FAULTS = {2: "NMI", 3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault", 7: "SecureFault"}


class EmulatedPort:
    """The serial port of an emulated board.

    One instruction is one nanosecond of virtual time (``-icount shift=0``), so that every run counts the same. QEMU
    dials in to a socket that listens here: no port number is guessed, none can be taken meanwhile.

    Args:
        board: its descriptor; `board.emulator` is not None.
        elf: what its flash holds.

    Raises:
        ToolMissingError: QEMU is not installed.
        PortError: it did not start; its own text is in the message.
    """

    def __init__(self, board: Board, elf: Path) -> None:
        self.name = f"{board.id} (QEMU)"
        self._stack = contextlib.ExitStack()
        try:
            self._power_on(board, elf)
        except BaseException:
            self._stack.close()
            raise

    def _power_on(self, board: Board, elf: Path) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mcutk-emulator-")))
        self._log = folder / "qemu.log"
        listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1))
        argv = arguments(board, elf, listener.getsockname()[1])
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
            ToolFailedError: the firmware crashed; the message names the exception.
            PortError: QEMU ended otherwise.
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
        """Power off: the process is gone when this returns."""
        self._stack.close()

    def _ended(self) -> Exception:
        """Why the connection broke: the firmware crashed, QEMU gave up, or somebody ended it."""
        with contextlib.suppress(Exception):
            self._child.wait(2.0)
        code = self._child.poll()
        if code is None or code in (0, -signal.SIGKILL, -signal.SIGTERM):
            return self._failure("ended unexpectedly")
        exception = code - _FAULT_BASE
        name = _FAULTS.get(exception, f"exception {exception}") if exception > 0 else "lock-up in a fault"
        text = self._text()[:300]
        return ToolFailedError(
            f"the firmware crashed on the emulated board: {name}",
            received=f"exit code {code}" + (f", {text}" if text else ""),
            hint="a stack overflow is the usual cause: raise memory.stack_bytes in the board's descriptor",
        )

    def _text(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace").strip()

    def _failure(self, what: str) -> PortError:
        code = self._child.poll()
        text = self._text()[-2000:]
        return PortError(
            f"the emulator {what}",
            received=text or (f"exit code {code}" if code is not None else "no connection"),
            hint="mcutk doctor checks its installation",
        )


def arguments(board: Board, elf: Path, port: int) -> list[str]:
    """QEMU's command line for a board whose first UART dials in to a TCP port of this machine."""
    assert board.emulator is not None, "an emulated board"
    return [
        *(QEMU, "-M", board.emulator.machine, *board.emulator.args),
        *("-nodefaults", "-display", "none", "-monitor", "none", "-icount", "shift=0"),
        *("-semihosting-config", "enable=on,target=native"),
        *("-chardev", f"socket,id=link,host=127.0.0.1,port={port},server=off,nodelay=on", "-serial", "chardev:link"),
        *("-kernel", str(elf)),
    ]
