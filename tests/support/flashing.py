"""A build folder for the tests of flashers, and the command lines that flashers run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from mcu_toolkit import process
from mcu_toolkit.device import firmware
from mcu_toolkit.records import codec
from mcu_toolkit.records.build import BuildRecord, BuiltModel, ModelOrigin
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.memory import FlashMemory, Memory, RamMemory
from mcu_toolkit.workspace import sha256_file


class Built(NamedTuple):
    """A build folder and its record."""

    folder: Path
    record: BuildRecord


def write_build(folder: Path) -> Built:
    """Write a build folder of nano33 whose images are not programs: flashers only read names and hashes."""
    folder.mkdir()
    for name in ("firmware.elf", "firmware.hex", "firmware.bin"):
        (folder / name).write_bytes(name.encode())
    sha = sha256_file(folder / "firmware.elf")
    memory = Memory(FlashMemory(3, 1, 0, 1, 1, 9), RamMemory(3, 1, 1, 1, 1, None, 9))
    record = BuildRecord(
        board="nano33", board_name="Nano 33", runtime="aot", name="model", optimize="balanced",
        model=BuiltModel("ab" * 32, ModelOrigin("file", "net.tflite"), (), ()), firmware_sha256=sha,
        build_sha256="b1" * 32, memory=memory,
        macs=0, layers=(), contributors=(), steps=True, sketch=None, notes=(), toolchain="gcc", mcutk="0",
    )  # fmt: skip
    codec.write(folder / firmware.RECORD, record)
    write_manifest(folder, "test")
    return Built(folder, record)


def record_commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Command lines of programs from now on; none of them runs, and every program counts as installed."""
    commands: list[list[str]] = []

    def note(argv: list[str], **_: object) -> process.Completed:
        commands.append(list(argv))
        return process.Completed(tuple(argv), 0, "", "")

    monkeypatch.setattr(process, "run", note)
    monkeypatch.setattr(process, "require_tool", Path)
    monkeypatch.setattr(process, "find_tool", Path)
    return commands
