"""Programming a board: the choice of the flasher, and builds that are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mcu_toolkit import process
from mcu_toolkit.boards import load_board
from mcu_toolkit.device.flashers import FLASHERS, bossac
from mcu_toolkit.device.program import program
from mcu_toolkit.errors import ConfigError, ToolFailedError, ToolMissingError, WorkspaceError
from tests.support.flashing import Built, record_commands, write_build


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return write_build(tmp_path / "build")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    return record_commands(monkeypatch)


def nothing_installed(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("HOME", str(home))


def test_no_tool_installed_lists_them_all(built: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nothing_installed(monkeypatch, tmp_path)
    with pytest.raises(ToolMissingError, match="none of the tools") as caught:
        program(load_board("nano33"), built.folder, tmp_path / "device")
    assert "pip install pyocd" in str(caught.value) and "arduino-cli core install" in str(caught.value)
    with pytest.raises(ToolMissingError, match="qemu-system-arm"):
        FLASHERS["emulator"].require(load_board("qemu-m4"))


def test_the_first_installed_flasher_is_used(
    built: Built, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def lacks_arduino(name: str) -> Path:
        if name == "arduino-cli":
            raise ToolMissingError(name)
        return Path(name)

    monkeypatch.setattr(process, "require_tool", lacks_arduino)
    monkeypatch.setattr(bossac, "find_bossac", lambda: None)
    report = program(load_board("nano33"), built.folder, tmp_path / "device")
    assert (report.tool, report.board, report.firmware_sha256) == ("pyocd", "nano33", built.record.firmware_sha256)


def test_tool_by_name(built: Built, commands: list[list[str]], tmp_path: Path) -> None:
    assert program(load_board("nano33"), built.folder, tmp_path / "device", tool="pyocd").tool == "pyocd"
    with pytest.raises(ConfigError, match="'openocd' does not program"):
        program(load_board("nano33"), built.folder, tmp_path / "device", tool="openocd")


def test_a_build_for_another_board(built: Built, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="for another board"):
        program(load_board("qemu-m4"), built.folder, tmp_path / "device")


def test_a_changed_or_missing_image(built: Built, tmp_path: Path) -> None:
    (built.folder / "firmware.elf").write_bytes(b"changed")
    with pytest.raises(WorkspaceError, match="not what its manifest recorded"):
        program(load_board("nano33"), built.folder, tmp_path / "device")
    shutil.rmtree(built.folder)
    with pytest.raises(WorkspaceError):
        program(load_board("nano33"), built.folder, tmp_path / "device")


def test_the_output_of_the_program_is_in_the_message(
    built: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bin" / "pyocd"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho no probe is connected >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/bin:/usr/bin")
    with pytest.raises(ToolFailedError, match="exit code 3") as caught:
        program(load_board("nano33"), built.folder, tmp_path / "device", tool="pyocd")
    assert "no probe is connected" in str(caught.value)
