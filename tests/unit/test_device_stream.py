"""A sequence on a board that loses the model's variables in between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import wire
from mcu_toolkit.boards import load_board
from mcu_toolkit.device import stream as device_stream
from mcu_toolkit.device.connect import Session
from mcu_toolkit.device.link import Link, RefusedError
from mcu_toolkit.records.build import FirmwareId
from mcu_toolkit.wire import ErrorCode, Frame, Kind, TensorInfo, messages
from tests.support.link import Scripted, a_hello

TENSOR = TensorInfo("int8", 4, 1.0, 0, (4,))
FIRMWARE = FirmwareId("00" * 32, "00" * 32)


class Forgetful:
    """A board whose output is the sum of all inputs since the reset; it restarts before the RUNs that are named."""

    def __init__(self, restarts: set[int]) -> None:
        self.restarts = restarts
        self.runs = 0
        self._total = np.zeros(4, np.uint8)
        self._kept: int | None = None
        self._input: tuple[int, bytes] | None = None

    def __call__(self, frame: Frame) -> tuple[int, bytes] | None:
        if frame.kind == Kind.HELLO:
            return Kind.HELLO_REPLY, wire.build_hello(a_hello(inputs=(TENSOR,), outputs=(TENSOR,)))
        ticket = int.from_bytes(frame.payload[:4], "little")
        if frame.kind == Kind.INPUT:
            return self._begin(ticket, frame.payload[8], frame.payload[9:])
        return self._run(ticket)

    def _begin(self, ticket: int, flags: int, data: bytes) -> tuple[int, bytes] | None:
        if flags & 2 and self._kept != ticket - 1:
            return Kind.ERROR, messages._ERROR.pack(ErrorCode.ORDER, ticket, 0)
        if not flags & 2:
            self._total = np.zeros(4, np.uint8)
        self._input = ticket, data
        return None

    def _run(self, ticket: int) -> tuple[int, bytes]:
        if self.runs in self.restarts:
            self.restarts.remove(self.runs)
            self._input = self._kept = None
        if self._input is None or self._input[0] != ticket:
            return Kind.ERROR, messages._ERROR.pack(ErrorCode.INCOMPLETE, ticket, 0)
        self.runs += 1
        self._total = self._total + np.frombuffer(self._input[1], np.uint8)
        self._kept, self._input = ticket, None
        return Kind.RESULT, messages._RESULT.pack(
            ticket, 7, bytes.fromhex(a_hello().build_sha256[:8]), 4, 0
        ) + self._total.tobytes()


def stream(board: Forgetful, samples: np.ndarray, monkeypatch: pytest.MonkeyPatch, **options: object) -> np.ndarray:
    @contextlib.contextmanager
    def connected(*_: object, **__: object) -> Iterator[Session]:
        link = Link(Scripted(board))
        yield Session(link, link.hello(), FIRMWARE)

    monkeypatch.setattr(device_stream, "connected", connected)
    run = device_stream.stream(
        load_board("qemu-m4"), Path(), None, samples, firmware=FIRMWARE, keep_variables=True, **options
    )  # type: ignore[arg-type]
    return run.outputs


SAMPLES = np.random.default_rng(1).integers(0, 256, (6, 4), dtype=np.uint8)


def test_a_sequence_begins_again_when_the_board_has_lost_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    board = Forgetful({3, 8})
    outputs = stream(board, SAMPLES, monkeypatch, on_result=lambda index, *_: seen.append(index))
    np.testing.assert_array_equal(outputs, np.cumsum(SAMPLES, axis=0, dtype=np.uint8))
    assert board.runs == 3 + 5 + 6 and seen == list(range(6))


def test_a_board_that_always_loses_them_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RefusedError, match="order"):
        stream(Forgetful(set(range(1, 100))), SAMPLES, monkeypatch)
