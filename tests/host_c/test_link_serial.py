"""The bench application on a pseudo-terminal, opened with pyserial like hardware."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.device import stream as device_stream
from mcu_toolkit.device.link import Patience
from mcu_toolkit.device.stream import stream
from mcu_toolkit.device.transport import SerialTransport
from mcu_toolkit.errors import LinkError, PortError, ProtocolError, WrongFirmwareError
from mcu_toolkit.records.build import FirmwareId
from tests.support.device import IDENTITY, build_host_app, paced, samples, tiny_output

pty = pytest.importorskip("pty", reason="needs pseudo-terminals")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_host_app(tmp_path_factory.mktemp("paced"), overlap="pause", ring=256, payload=192)


@pytest.fixture
def board() -> Board:
    return paced(load_board("qemu-m4"))


@contextmanager
def plugged_in(program: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A board on a serial port: the port's name and the board."""
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)
    try:
        import tty

        tty.setraw(theirs)
        with subprocess.Popen([str(program)], stdin=ours, stdout=ours) as child:
            os.close(ours)
            ours = -1
            yield name, child
            child.kill()
    finally:
        for descriptor in (ours, theirs):
            if descriptor >= 0:
                os.close(descriptor)


def test_bench_over_a_serial_port(program: Path, board: Board, tmp_path: Path) -> None:
    images = samples(20)
    with plugged_in(program) as (port, _):
        run = stream(board, tmp_path, port, images, firmware=IDENTITY, profile=True)
    np.testing.assert_array_equal(run.outputs, np.stack([tiny_output(image) for image in images]))
    assert len(run.latencies) == len(images)
    assert run.device.overlap == "pause"
    assert len(run.profile) == 2


def test_a_busy_port(program: Path, board: Board, tmp_path: Path) -> None:
    with plugged_in(program) as (port, _):
        holder = SerialTransport(port, 115200)
        try:
            with pytest.raises(PortError, match="is busy") as caught:
                stream(board, tmp_path, port, samples(1), firmware=IDENTITY)
            assert "serial monitor" in str(caught.value)
        finally:
            holder.close()


def test_a_missing_port(board: Board, tmp_path: Path) -> None:
    with pytest.raises(PortError, match="there is no port '/dev/ttyNOPE'") as caught:
        stream(board, tmp_path, "/dev/ttyNOPE", samples(1), firmware=IDENTITY)
    assert "mcutk doctor" in str(caught.value)


def test_a_file_is_not_a_port(board: Board, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PortError, match="cannot be opened"):
        stream(board, tmp_path, str(tmp_path / "file"), samples(1), firmware=IDENTITY)


def test_a_malformed_url(board: Board, tmp_path: Path) -> None:
    with pytest.raises(PortError, match="cannot be opened"):
        stream(board, tmp_path, "socket://127.0.0.1:1", samples(1), firmware=IDENTITY)
    with pytest.raises(PortError, match="cannot be opened"):
        stream(board, tmp_path, "nonsense://x", samples(1), firmware=IDENTITY)


def test_a_board_with_another_firmware(program: Path, board: Board, tmp_path: Path) -> None:
    with plugged_in(program) as (port, _), pytest.raises(WrongFirmwareError, match="runs another model"):
        stream(board, tmp_path, port, samples(1), firmware=FirmwareId("00" * 32, IDENTITY.build_sha256))


def test_a_shell_answers(board: Board, tmp_path: Path) -> None:
    """Another device on the port: it sends bytes that are not frames."""
    ours, theirs = os.openpty()
    port = os.ttyname(theirs)
    stop = threading.Event()

    def chat() -> None:
        while not stop.is_set():
            try:
                os.read(ours, 1024)
                os.write(ours, b"login: \r\n")
            except OSError:
                return

    thread = threading.Thread(target=chat, daemon=True)
    thread.start()
    try:
        with pytest.raises(ProtocolError, match="does not speak the protocol"):
            stream(board, tmp_path, port, samples(1), firmware=IDENTITY, patience=Patience(hello=0.6))
    finally:
        stop.set()
        os.close(theirs)
        os.close(ours)


def test_a_board_that_does_not_answer(board: Board, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    try:
        with pytest.raises(LinkError, match="is silent"):
            stream(board, tmp_path, os.ttyname(theirs), samples(1), firmware=IDENTITY, patience=Patience(hello=0.6))
    finally:
        os.close(theirs)
        os.close(ours)


def test_a_board_that_is_unplugged_and_stays_so(
    program: Path, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_stream, "_REOPEN_PATIENCE", 1.0)
    with plugged_in(program) as (port, child), pytest.raises(LinkError) as caught:
        stream(
            board,
            tmp_path,
            port,
            samples(50),
            firmware=IDENTITY,
            on_result=lambda index, *_: child.kill() if index == 3 else None,
            patience=Patience(hello=0.5, answer=0.05, probe=0.1, silence=0.5),
        )
    assert "went away" in str(caught.value) or "silent" in str(caught.value) or "no port" in str(caught.value)
