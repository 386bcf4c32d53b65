"""The port of a board, and the conversion of ticks to its unit of latency."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.device import connect
from mcu_toolkit.errors import PortError, WorkspaceError
from tests.support.link import a_hello


def test_instructions_are_ticks_times_the_calibration_rounded() -> None:
    board = a_hello(unit="instructions", calibration_instructions=4_000_000, calibration_ticks=100_000)
    assert connect.latency(board, 7) == 280
    assert connect.latency(replace(board, calibration_ticks=3_000_000), 2) == 3  # 2.67
    assert connect.device_info(board).ticks_hz == 25_000_000


def test_cycles_are_ticks() -> None:
    board = a_hello(unit="cycles", calibration_instructions=0, calibration_ticks=0)
    assert connect.latency(board, 12345) == 12345
    assert connect.device_info(board).ticks_hz == 0


def test_a_hardware_board_needs_a_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "serial_ports", lambda: ["/dev/ttyACM3"])
    with pytest.raises(PortError, match="'nano33' needs a port") as caught:
        connect.open_port(load_board("nano33"), tmp_path, None)
    assert "mcutk bench --board nano33 --port /dev/ttyACM3" in str(caught.value)


def test_an_emulated_board_must_have_been_flashed(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="holds no program") as caught:
        connect.open_port(load_board("qemu-m4"), tmp_path, None)
    assert "mcutk build --board qemu-m4 && mcutk flash" in str(caught.value)
