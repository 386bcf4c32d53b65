from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from mcu_toolkit.boards import load_board
from mcu_toolkit.workflow.next_step import after_build, after_flash
from mcu_toolkit.workspace import Workspace


def plug_in(monkeypatch: pytest.MonkeyPatch, *ports: tuple[str, int | None, int | None]) -> None:
    there = [SimpleNamespace(device=name, vid=vid, pid=pid) for name, vid, pid in ports]
    monkeypatch.setattr(list_ports, "comports", lambda: there)


def test_an_emulated_board_needs_no_port(tmp_path: Path) -> None:
    board = load_board("qemu-m4")
    assert after_build(Workspace(tmp_path), board) == "mcutk flash && mcutk bench"
    assert after_flash(Workspace(tmp_path), board) == "mcutk bench"


def test_the_port_of_the_connected_board_is_filled_in_and_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, ("/dev/ttyS0", None, None), ("/dev/my port", 0x2341, 0x805A), ("/dev/ttyUSB0", 0x1A86, 0x7523))
    said = after_build(Workspace(tmp_path), load_board("nano33"))
    assert said == "mcutk flash --port '/dev/my port' && mcutk bench --port '/dev/my port'"


def test_a_board_that_is_programmed_by_a_probe_is_flashed_without_a_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, ("/dev/ttyACM0", 0x0483, 0x374B))
    said = after_build(Workspace(tmp_path), load_board("nucleo-f446re"))
    assert said == "mcutk flash && mcutk bench --port /dev/ttyACM0"


@pytest.mark.parametrize("ports", [[], [("/dev/ttyACM0", 0x2341, 0x805A), ("/dev/ttyACM1", 0x2341, 0x805A)]])
def test_without_one_certain_port_the_user_fills_it_in(
    ports: list[tuple[str, int, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(monkeypatch, *ports)
    said = after_flash(Workspace(tmp_path), load_board("nano33"))
    assert said == "connect the board, then mcutk bench --port PORT (mcutk doctor lists the ports)"


def test_the_port_of_the_project_is_used_without_being_typed(tmp_path: Path) -> None:
    (tmp_path / "mcutk.toml").write_text('board = "nano33"\nport = "/dev/ttyACM3"\n')
    assert after_build(Workspace(tmp_path), load_board("nano33")) == "mcutk flash && mcutk bench"
