"""Opens the port of a board, emulated or hardware, and checks which firmware it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mcu_toolkit.boards import Board
from mcu_toolkit.device.elf import ELF
from mcu_toolkit.device.emulated_port import EmulatedPort
from mcu_toolkit.device.link import Link, Patience
from mcu_toolkit.device.ports import ports_of, serial_ports
from mcu_toolkit.device.transport import SerialTransport, Transport
from mcu_toolkit.device.types import DeviceInfo
from mcu_toolkit.errors import PortError, WorkspaceError, WrongFirmwareError
from mcu_toolkit.records.build import FirmwareId
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.targets.arch import ARCHS
from mcu_toolkit.wire import Hello

_CALIBRATION = 10**9  # instructions
_EMULATED_RATE = 1e7  # instructions per second of an emulator on a busy machine
_CYCLES = 4.0  # per instruction of a chip, at most


@dataclass(frozen=True)
class Session:
    """An open link to a board.

    Attributes:
        link: the link.
        hello: what the board sent about itself when the link was opened.
        firmware: identity of the firmware that must be running; None for any.
    """

    link: Link
    hello: Hello
    firmware: FirmwareId | None = None

    def closing_hello(self) -> Hello:
        """Ask the board again at the end: it must still run the same firmware, and it wipes what it holds.

        Raises:
            WrongFirmwareError: it was restarted with other firmware.
            LinkError: it does not answer.
        """
        hello = self.link.hello(close=True)
        if self.firmware is not None:
            require_firmware(hello, self.firmware, self.link.name)
        return hello


def open_port(board: Board, device_dir: Path, port: str | None) -> Transport:
    """Open the port of a board; the caller closes it.

    Args:
        board: the board.
        device_dir: flash memory of an emulated board.
        port: name or URL of a port, or None for the one that the board implies: that of the emulator, or the only port
            with the USB identity of the board.

    Raises:
        PortError: there is none, or it cannot be opened.
        WorkspaceError: an emulated board was never programmed.
    """
    if port is not None:
        return SerialTransport(port, board.link.baud)
    if not board.is_emulated:
        found = ports_of(board)
        if len(found) == 1:
            return SerialTransport(found[0], board.link.baud)
        there = found or serial_ports()
        raise PortError(
            f"the board '{board.id}' needs a port",
            expected="--port with one of " + ", ".join(there) if there else "a connected board; no serial port is here",
            hint=f"mcutk bench --board {board.id} --port {there[0] if there else '/dev/ttyACM0'}",
        )
    if not (device_dir / ELF).is_file():
        raise WorkspaceError(
            f"the emulated board '{board.id}' holds no program",
            expected=str(device_dir / ELF),
            hint=f"mcutk build --board {board.id} && mcutk flash",
        )
    return EmulatedPort(board, checked_artefact(device_dir, ELF))


@contextmanager
def connected(
    board: Board,
    device_dir: Path,
    port: str | None,
    *,
    firmware: FirmwareId | None = None,
    patience: Patience | None = None,
    session: int | None = None,
) -> Iterator[Session]:
    """A session with a board; the emulator of an emulated one runs during the block.

    Args:
        board, device_dir, port: as for `open_port`.
        firmware: identity of the firmware that must be running; None for any.
        patience: how long to wait; the default suits all boards.
        session: number of an earlier session with the board, which this one continues.

    Raises:
        WrongFirmwareError: the board runs another model, or another build of it.
        LinkError: nothing answers, or it does not speak the protocol.
    """
    transport = open_port(board, device_dir, port)
    try:
        link = Link(transport, patience, ARCHS.find(board.core.arch).fault_name, session)
        hello = link.hello()
        if firmware is not None:
            require_firmware(hello, firmware, link.name)
        yield Session(link, hello, firmware)
    finally:
        transport.close()


def require_firmware(hello: Hello, firmware: FirmwareId, port: str) -> None:
    """Refuse a board whose figures would be those of other firmware.

    Args:
        hello: what the board sent.
        firmware: what must be running.
        port: name of the port, for the message.

    Raises:
        WrongFirmwareError: it runs another model, or another build of the same model.
    """
    for what, expected, received in (
        ("model", firmware.model_sha256, hello.model_sha256),
        ("build", firmware.build_sha256, hello.build_sha256),
    ):
        if received != expected:
            raise WrongFirmwareError(
                f"the board on '{port}' runs another {'model' if what == 'model' else 'build of the model'}",
                expected=f"{what} {expected[:16]}…",
                received=f"{what} {received[:16]}… on {hello.board}",
                hint="mcutk flash, then run the same command again",
            )


def patience_for(board: Board, instructions: int) -> Patience:
    """How long to wait for a board: longer where an inference is long.

    Args:
        board: the board.
        instructions: estimate of one inference.
    """
    rate = _EMULATED_RATE if board.is_emulated else board.timing.clock_hz / _CYCLES
    usual = Patience()
    return replace(usual, silence=usual.silence + instructions / rate)


def device_info(hello: Hello) -> DeviceInfo:
    """Facts that the board reports about itself, with the calibrated rate of its timer."""
    ticks_hz = 0
    if hello.unit == "instructions" and hello.calibration_instructions:
        ticks_hz = round(_CALIBRATION * hello.calibration_ticks / hello.calibration_instructions)
    return DeviceInfo(
        board=hello.board,
        runtime=hello.runtime,
        model_sha256=hello.model_sha256,
        build_sha256=hello.build_sha256,
        unit=hello.unit,
        ticks_hz=ticks_hz,
        overlap=hello.overlap,
        static_bytes=hello.static_bytes,
        arena_bytes=hello.arena_bytes,
        stack_bytes=hello.stack_bytes,
        stack_peak=hello.stack_peak,
        steps=hello.steps,
    )


def latency(hello: Hello, ticks: int) -> int:
    """A latency in the board's unit: cycles are ticks; instructions are converted by the calibration, rounded."""
    if hello.unit == "instructions" and hello.calibration_ticks:
        return (2 * ticks * hello.calibration_instructions + hello.calibration_ticks) // (2 * hello.calibration_ticks)
    return ticks


def hello(board: Board, device_dir: Path, port: str | None = None) -> DeviceInfo:
    """Ask a board for its identity.

    Raises:
        LinkError: nothing answers, or it does not speak the protocol.
    """
    with connected(board, device_dir, port) as session:
        return device_info(session.hello)
