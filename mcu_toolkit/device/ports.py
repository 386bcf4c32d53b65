"""Serial ports of this machine, and which of them belong to a board."""

from __future__ import annotations

from mcu_toolkit.boards import Board


def serial_ports() -> list[str]:
    """Names of the serial ports of this machine, USB adapters first."""
    from serial.tools import list_ports

    ports = sorted(list_ports.comports(), key=lambda p: (p.vid is None, str(p.device)))
    return [str(port.device) for port in ports]


def ports_of(board: Board) -> list[str]:
    """Names of the ports whose USB identity (VID:PID) is that of the board's application, sorted.

    The identity of a USB-to-serial bridge, as on many debug probes, is that of the bridge: two boards with the same
    probe cannot be told apart.
    """
    from serial.tools import list_ports

    wanted = {identity.lower() for identity in board.usb.application}
    return sorted(
        str(port.device)
        for port in list_ports.comports()
        if port.vid is not None and port.pid is not None and f"{port.vid:04x}:{port.pid:04x}" in wanted
    )
