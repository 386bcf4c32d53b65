"""Figures of a bench belong to the image that ran: those of another image or of an edited file are refused."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.device import connect, emulated_port, firmware
from mcu_toolkit.device.program import program
from mcu_toolkit.device.stream import stream
from mcu_toolkit.errors import WrongFirmwareError
from tests.support.cli import Mcutk
from tests.support.device import TinyModel, build_tiny, samples, tiny_model
from tests.support.link import bridge

pytestmark = [
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"),
    pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason="needs qemu-system-arm"),
]


def test_an_image_built_for_ram_behind_a_port_while_the_project_is_balanced(mcutk: Mcutk, project: Path) -> None:
    """Regression: its instructions were printed beside the flash of the balanced build, with exit code 0."""
    assert mcutk("build", "--optimize", "ram").ok
    shutil.copytree(project / "mcutk-out" / "build" / "qemu-m4", project / "other")
    assert mcutk("build").ok and mcutk("flash").ok
    board = load_board("qemu-m4")
    other = emulated_port.EmulatedPort(board, project / "other" / "firmware.elf")
    with contextlib.closing(other) as port, bridge(port) as url:
        outcome = mcutk("bench", "--random", 2, "--port", url)
    assert outcome.code == 1
    assert "runs another build of the model" in outcome.err and "mcutk flash" in outcome.err
    assert not (project / "mcutk-out" / "bench").exists()


def test_the_report_holds_the_hash_that_the_board_sent(mcutk: Mcutk, project: Path) -> None:
    made = mcutk.json("build")
    assert mcutk("flash").ok
    report = mcutk.json("bench", "--random", 1)
    assert report["build_sha256"] == made["build_sha256"] and len(made["build_sha256"]) == 64


def test_flash_edited_in_the_record_of_a_build(mcutk: Mcutk, project: Path) -> None:
    """Regression: the edited figure was printed."""
    assert mcutk("build").ok and mcutk("flash").ok
    record = project / "mcutk-out" / "build" / "qemu-m4" / "build.json"
    document = json.loads(record.read_text(encoding="utf-8"))
    document["memory"]["flash"]["total"] = 1
    record.write_text(json.dumps(document), encoding="utf-8")
    for command in (("bench", "--random", 1), ("flash",), ("verify", "--random", 1)):
        outcome = mcutk(*command)
        assert outcome.code == 1 and "is not what its manifest recorded" in outcome.err, command
        assert "mcutk build" in outcome.err


class Restarting:
    """A port behind which the board is replaced by another one after some bytes, without the port going away."""

    def __init__(self, first: emulated_port.EmulatedPort, second: emulated_port.EmulatedPort, after: int) -> None:
        self._ports = [first, second]
        self._left = after
        self.name = first.name

    def read(self, timeout: float) -> bytes:
        return self._ports[0].read(timeout)

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0 and len(self._ports) > 1:
            self._ports.pop(0).close()
        self._ports[0].write(data)

    def close(self) -> None:
        for port in self._ports:
            port.close()


def test_a_board_that_restarts_with_another_model_behind_an_open_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: 17 of 20 outputs were those of the other model."""
    board = load_board("qemu-m4")
    models = (tiny_model(), tiny_model(weights=np.arange(16, dtype=np.int8)))
    devices = [_flashed(board, tmp_path / str(number), model) for number, model in enumerate(models)]
    ports = [emulated_port.EmulatedPort(board, device / "firmware.elf") for device in devices]
    monkeypatch.setattr(connect, "open_port", lambda *_: Restarting(ports[0], ports[1], 1500))
    seen: list[int] = []
    with pytest.raises(WrongFirmwareError, match=r"restarted with other firmware|runs another"):
        stream(
            board,
            devices[0],
            None,
            samples(20),
            firmware=firmware.read_build(devices[0]).firmware_id,
            on_result=lambda index, *_: seen.append(index),
        )
    assert len(seen) < 6  # none of the other model's outputs was taken


def _flashed(board: Board, folder: Path, model: TinyModel) -> Path:
    build_tiny(board, folder / "build", model)
    program(board, folder / "build", folder / "device")
    return folder / "device"
