"""Flashers: which one is chosen, the commands that each runs, and its messages."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from mcu_toolkit import process
from mcu_toolkit.boards import load_board
from mcu_toolkit.device import firmware
from mcu_toolkit.device.flashers import FLASHERS, FlashJob, bossac
from mcu_toolkit.device.program import program
from mcu_toolkit.errors import ConfigError, PortError, ToolFailedError, ToolMissingError, WorkspaceError
from mcu_toolkit.records import codec
from mcu_toolkit.records.build import BuildRecord, BuiltModel, ModelOrigin
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.memory import FlashMemory, Memory, RamMemory
from mcu_toolkit.workspace import sha256_file


class Built(NamedTuple):
    """A build folder and its record."""

    folder: Path
    record: BuildRecord


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A build folder of nano33 without real images: flashers only read names and hashes."""
    folder = tmp_path / "build"
    folder.mkdir()
    for name in ("firmware.elf", "firmware.hex", "firmware.bin"):
        (folder / name).write_bytes(name.encode())
    sha = sha256_file(folder / "firmware.elf")
    memory = Memory(FlashMemory(3, 1, 1, 1, 9), RamMemory(3, 1, 1, 1, 1, None, 9))
    record = BuildRecord(
        board="nano33", board_name="Nano 33", runtime="aot", name="model", optimize="balanced",
        model=BuiltModel("ab" * 32, ModelOrigin("file", "net.tflite"), (), ()), firmware_sha256=sha, memory=memory,
        macs=0, layers=(), contributors=(), steps=True, sketch=None, notes=(), toolchain="gcc", mcutk="0",
    )  # fmt: skip
    codec.write(folder / firmware.RECORD, record)
    write_manifest(folder, "test")
    return Built(folder, record)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Command lines of the programs; none is run, and all count as installed."""
    commands: list[list[str]] = []

    def note(argv: list[str], **_: object) -> process.Completed:
        commands.append(list(argv))
        return process.Completed(tuple(argv), 0, "", "")

    monkeypatch.setattr(process, "run", note)
    monkeypatch.setattr(process, "require_tool", Path)
    monkeypatch.setattr(process, "find_tool", Path)
    return commands


def run(built: Built, tool: str, port: str | None = None, board: str = "nano33") -> str:
    job = FlashJob(load_board(board), built.folder, built.record, built.folder.parent / "device", port)
    FLASHERS[tool].require(job.board)
    return FLASHERS[tool].flash(job)


def test_pyocd(built: Built, told: list[list[str]]) -> None:
    run(built, "pyocd")
    assert told[0][:4] == ["pyocd", "flash", "--target", "nrf52840"]
    assert told[0][-1].endswith("firmware.hex")
    assert told[1][:2] == ["pyocd", "reset"]


def test_openocd(built: Built, told: list[list[str]]) -> None:
    run(built, "openocd", board="bluepill")
    ((program, *options),) = told
    assert program == "openocd"
    assert options[:4] == ["-f", "interface/stlink.cfg", "-f", "target/stm32f1x.cfg"]
    assert options[-1] == f"program {{{built.folder}/firmware.elf}} verify reset exit"


def test_bossac_opens_the_port_and_uses_that_of_the_bootloader(
    built: Built, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(bossac, "touch", touched.append)
    monkeypatch.setattr(bossac, "bootloader_port", lambda _: "/dev/ttyACM7" if touched else None)
    monkeypatch.setattr(bossac.time, "sleep", lambda _: None)
    run(built, "bossac", "/dev/ttyACM0")
    assert touched == ["/dev/ttyACM0"]
    (command,) = told
    assert command[1:] == ["--port=ttyACM7", "-U", "-i", "-e", "-w", str(built.folder / "firmware.bin"), "-R"]


def test_bossac_without_a_bootloader_says_what_to_press(
    built: Built, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bossac, "bootloader_port", lambda _: None)
    with pytest.raises(PortError, match="not in its bootloader") as caught:
        run(built, "bossac")
    assert "reset button twice" in str(caught.value) and "2341:005a" in str(caught.value)
    assert told == []


def test_bossac_prefers_the_fork_that_arduino_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "find_tool", lambda _: Path("/usr/bin/bossac"))
    assert bossac.find_bossac(tmp_path) == Path("/usr/bin/bossac")
    for version in ("1.7.0-arduino3", "1.9.1-arduino2"):
        (tmp_path / ".arduino15" / "packages" / "arduino" / "tools" / "bossac" / version).mkdir(parents=True)
        (tmp_path / ".arduino15" / "packages" / "arduino" / "tools" / "bossac" / version / "bossac").touch()
    found = bossac.find_bossac(tmp_path)
    assert found is not None and "1.9.1-arduino2" in str(found)


def test_arduino_cli(built: Built, told: list[list[str]]) -> None:
    with pytest.raises(WorkspaceError, match="no compiled sketch"):
        run(built, "arduino-cli", "/dev/ttyACM0")
    (built.folder / "sketch-build").mkdir()
    with pytest.raises(PortError, match="needs the serial port"):
        run(built, "arduino-cli")
    run(built, "arduino-cli", "/dev/ttyACM0")
    (command,) = told
    assert command[:6] == ["arduino-cli", "upload", "--port", "/dev/ttyACM0", "--fqbn", "arduino:mbed_nano:nano33ble"]


def test_a_flasher_without_its_key(built: Built, told: list[list[str]]) -> None:
    board = load_board("nano33")
    bare = replace(board, flash=replace(board.flash, pyocd_target=""))
    with pytest.raises(ConfigError, match=r"flash\.pyocd_target"):
        FLASHERS["pyocd"].require(bare)


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
    built: Built, told: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def lacks_arduino(name: str) -> Path:
        if name == "arduino-cli":
            raise ToolMissingError(name)
        return Path(name)

    monkeypatch.setattr(process, "require_tool", lacks_arduino)
    monkeypatch.setattr(bossac, "find_bossac", lambda: None)
    report = program(load_board("nano33"), built.folder, tmp_path / "device")
    assert (report.tool, report.board, report.firmware_sha256) == ("pyocd", "nano33", built.record.firmware_sha256)


def test_tool_by_name(built: Built, told: list[list[str]], tmp_path: Path) -> None:
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
