from __future__ import annotations

from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from mcu_toolkit.boards import load_board
from mcu_toolkit.device import connect
from mcu_toolkit.device.ports import ports_of, serial_ports
from mcu_toolkit.errors import PortError

PORTS = [
    SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None),
    SimpleNamespace(device="/dev/ttyACM1", vid=0x2341, pid=0x805A),
    SimpleNamespace(device="/dev/ttyACM0", vid=0x2341, pid=0x805A),
    SimpleNamespace(device="/dev/ttyUSB0", vid=0x1A86, pid=0x7523),
]


def test_usb_ports_come_before_built_in_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: PORTS)
    assert serial_ports() == ["/dev/ttyACM0", "/dev/ttyACM1", "/dev/ttyUSB0", "/dev/ttyS0"]


def test_ports_of_a_board_have_its_usb_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: PORTS)
    assert ports_of(load_board("nano33")) == ["/dev/ttyACM0", "/dev/ttyACM1"]
    assert ports_of(load_board("bluepill")) == []


def test_the_only_matching_port_is_opened_and_several_are_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    board, folder = load_board("nano33"), tmp_path_factory.mktemp("device")
    opened: list[str] = []
    monkeypatch.setattr(connect, "SerialTransport", lambda name, baud: opened.append(name))
    monkeypatch.setattr(list_ports, "comports", lambda: PORTS[:2])
    connect.open_port(board, folder, None)
    assert opened == ["/dev/ttyACM1"]
    monkeypatch.setattr(list_ports, "comports", lambda: PORTS)
    with pytest.raises(PortError, match="needs a port") as refused:
        connect.open_port(board, folder, None)
    assert "/dev/ttyACM0, /dev/ttyACM1" in str(refused.value)
    assert "ttyUSB0" not in str(refused.value)
