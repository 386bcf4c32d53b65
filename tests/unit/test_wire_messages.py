"""Messages of the link: built messages are parsed back equal, and malformed payloads are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_toolkit import wire
from mcu_toolkit.errors import ProtocolError
from mcu_toolkit.wire import Hello, TensorInfo, messages

HELLO = Hello(
    runtime="aot", unit="cycles", overlap="pause", clock_hz=64_000_000, calibration_instructions=4_000_000,
    calibration_ticks=6_000_001, payload=192, ring=256, model_sha256="c3" * 32, static_bytes=700, arena_bytes=9000,
    stack_bytes=4096, stack_peak=388, steps=12, damaged=3, build_sha256="b1" * 32,
    inputs=(TensorInfo("int8", 9216, 0.00390625, -128, (1, 96, 96, 1)), TensorInfo("float32", 4, 1.0, 0, ())),
    outputs=(TensorInfo("uint8", 4, 0.5, 3, (1, 4)), TensorInfo("bool", 3, 1.0, 0, (3,))),
    board="nano33",
)  # fmt: skip


def test_hello_round_trip() -> None:
    assert wire.parse_hello(wire.build_hello(HELLO)) == HELLO


@given(st.integers(0, 200), st.integers(0, 255))
def test_malformed_hello_is_refused_or_differs_but_never_crashes(at: int, value: int) -> None:
    payload = bytearray(wire.build_hello(HELLO))
    payload[at % len(payload)] = value
    for candidate in (bytes(payload), bytes(payload[: at % len(payload)])):
        try:
            wire.parse_hello(candidate)
        except ProtocolError as refused:
            assert "malformed HELLO_REPLY" in str(refused)


def test_result_may_not_exceed_its_total() -> None:
    payload = messages._RESULT.pack(1, 99, b"abcd", 10, 8) + b"abc"
    with pytest.raises(ProtocolError, match="malformed RESULT"):
        wire.parse_result(payload)
    assert wire.parse_result(payload[:-1]).data == b"ab"


@pytest.mark.parametrize("parse", [wire.parse_ack, wire.parse_stepped, wire.parse_crc, wire.parse_error])
def test_short_replies_are_refused(parse: object) -> None:
    with pytest.raises(ProtocolError):
        parse(b"abc")  # type: ignore[operator]
