"""Flashers: the commands that each runs, and its messages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.boards import load_board
from mcu_toolkit.device.flashers import FLASHERS, FlashJob, bossac
from mcu_toolkit.errors import ConfigError, PortError, WorkspaceError
from tests.support.flashing import Built, record_commands, write_build


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return write_build(tmp_path / "build")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    return record_commands(monkeypatch)


def run(built: Built, tool: str, port: str | None = None, board: str = "nano33") -> str:
    job = FlashJob(load_board(board), built.folder, built.record, built.folder.parent / "device", port)
    FLASHERS[tool].require(job.board)
    return FLASHERS[tool].flash(job)


def test_pyocd(built: Built, commands: list[list[str]]) -> None:
    run(built, "pyocd")
    assert commands[0][:4] == ["pyocd", "flash", "--target", "nrf52840"]
    assert commands[0][-1].endswith("firmware.hex")
    assert commands[1][:2] == ["pyocd", "reset"]


def test_openocd(built: Built, commands: list[list[str]]) -> None:
    run(built, "openocd", board="bluepill")
    ((program, *options),) = commands
    assert program == "openocd"
    assert options[:4] == ["-f", "interface/stlink.cfg", "-f", "target/stm32f1x.cfg"]
    assert options[-1] == f"program {{{built.folder}/firmware.elf}} verify reset exit"


def test_bossac_opens_the_port_and_uses_that_of_the_bootloader(
    built: Built, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(bossac, "touch", touched.append)
    monkeypatch.setattr(bossac, "bootloader_port", lambda _: "/dev/ttyACM7" if touched else None)
    monkeypatch.setattr(bossac.time, "sleep", lambda _: None)
    run(built, "bossac", "/dev/ttyACM0")
    assert touched == ["/dev/ttyACM0"]
    (command,) = commands
    assert command[1:] == ["--port=ttyACM7", "-U", "-i", "-e", "-w", str(built.folder / "firmware.bin"), "-R"]


def test_bossac_without_a_bootloader_says_what_to_press(
    built: Built, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bossac, "bootloader_port", lambda _: None)
    with pytest.raises(PortError, match="not in its bootloader") as caught:
        run(built, "bossac")
    assert "reset button twice" in str(caught.value) and "2341:005a" in str(caught.value)
    assert commands == []


def test_bossac_prefers_the_fork_that_arduino_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_tool", lambda _: Path("/usr/bin/bossac"))
    assert bossac.find_bossac(tmp_path) == Path("/usr/bin/bossac")
    for version in ("1.7.0-arduino3", "1.9.1-arduino2"):
        (tmp_path / ".arduino15" / "packages" / "arduino" / "tools" / "bossac" / version).mkdir(parents=True)
        (tmp_path / ".arduino15" / "packages" / "arduino" / "tools" / "bossac" / version / "bossac").touch()
    found = bossac.find_bossac(tmp_path)
    assert found is not None and "1.9.1-arduino2" in str(found)


def test_arduino_cli(built: Built, commands: list[list[str]]) -> None:
    with pytest.raises(WorkspaceError, match="no compiled sketch"):
        run(built, "arduino-cli", "/dev/ttyACM0")
    (built.folder / "sketch-build").mkdir()
    with pytest.raises(PortError, match="needs the serial port"):
        run(built, "arduino-cli")
    run(built, "arduino-cli", "/dev/ttyACM0")
    (command,) = commands
    assert command[:6] == ["arduino-cli", "upload", "--port", "/dev/ttyACM0", "--fqbn", "arduino:mbed_nano:nano33ble"]


def test_a_flasher_without_its_key(built: Built, commands: list[list[str]]) -> None:
    board = load_board("nano33")
    bare = replace(board, flash=replace(board.flash, pyocd_target=""))
    with pytest.raises(ConfigError, match=r"flash\.pyocd_target"):
        FLASHERS["pyocd"].require(bare)
