"""Frame codec of the link."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_toolkit import wire
from mcu_toolkit.wire import Frame, FrameDecoder

#: Examples of Cheshire and Baker, and lengths around the block size of 254.
COBS_VECTORS = [
    (b"", b"\x01"),
    (b"\0", b"\x01\x01"),
    (b"\0\0", b"\x01\x01\x01"),
    (b"\x11\x22\0\x33", b"\x03\x11\x22\x02\x33"),
    (b"\x11\0\0\0", b"\x02\x11\x01\x01\x01"),
    (bytes(range(1, 255)), b"\xff" + bytes(range(1, 255)) + b"\x01"),
    (b"\0" + bytes(range(1, 255)), b"\x01\xff" + bytes(range(1, 255)) + b"\x01"),
    (bytes(range(1, 256)), b"\xff" + bytes(range(1, 255)) + b"\x02\xff"),
]


@pytest.mark.parametrize(("plain", "code"), COBS_VECTORS)
def test_cobs_vectors(plain: bytes, code: bytes) -> None:
    assert wire.cobs_encode(plain) == code
    assert wire.cobs_decode(code) == plain


@given(st.binary(max_size=1200))
def test_cobs_round_trip_has_no_zero(data: bytes) -> None:
    code = wire.cobs_encode(data)
    assert 0 not in code
    assert wire.cobs_decode(code) == data
    assert len(code) <= len(data) + len(data) // 254 + 1


def test_frame_bytes_equal_the_example_of_the_specification() -> None:
    # docs/protocol.md, "An example"
    body = bytes([2, 1, 0x34, 0x12, 1, 2, 3, 4])
    crc = zlib.crc32(body).to_bytes(4, "little")
    assert (
        wire.encode_frame(Frame(wire.Kind.HELLO, 0x1234, wire.hello_payload(0x04030201)))
        == wire.cobs_encode(body + crc) + b"\0"
    )
    assert (
        wire.encode_frame(Frame(wire.Kind.HELLO, 0x1234, wire.hello_payload(0x04030201))).hex(" ")
        == "0d 02 01 34 12 01 02 03 04 28 76 c3 93 00"
    )


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=300)), max_size=5), st.data())
def test_decoder_finds_frames_in_pieces_of_any_size(parts: list[tuple[int, int, bytes]], data: st.DataObject) -> None:
    frames = [Frame(*part) for part in parts]
    stream = b"".join(wire.encode_frame(frame) for frame in frames)
    decoder = FrameDecoder()
    found: list[Frame] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += decoder.feed(stream[:cut])
        stream = stream[cut:]
    assert found == frames
    assert (decoder.damaged, decoder.whole) == (0, len(frames))


@given(st.binary(max_size=400))
def test_decoder_survives_garbage_and_finds_the_next_frame(garbage: bytes) -> None:
    decoder = FrameDecoder()
    decoder.feed(garbage)
    frame = Frame(wire.Kind.RUN, 7, b"\0\1\2\3")
    assert frame in decoder.feed(b"\0" + wire.encode_frame(frame))


def test_damaged_frames_are_counted_and_dropped() -> None:
    good = wire.encode_frame(Frame(wire.Kind.RUN, 1, b"abcd"))
    bad = bytes([good[0], good[1] ^ 4]) + good[2:]
    decoder = FrameDecoder()
    assert decoder.feed(bad + good + b"\0\0" + good[:-3] + b"\0") == [Frame(wire.Kind.RUN, 1, b"abcd")]
    assert decoder.damaged == 2


def test_memory_stays_bounded_without_a_zero() -> None:
    decoder = FrameDecoder()
    for _ in range(100):
        assert decoder.feed(b"\x55" * 1000) == []
    assert len(decoder._pending) <= wire.encoded_size(wire.MAX_PAYLOAD)
    assert decoder.feed(b"\0") == []
    assert decoder.damaged == 1
    frame = Frame(wire.Kind.HELLO, 2)
    assert decoder.feed(wire.encode_frame(frame)) == [frame]


def test_too_large_a_payload_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="not a frame"):
        wire.encode_frame(Frame(1, 0, bytes(wire.MAX_PAYLOAD + 1)))
    with pytest.raises(ValueError, match="not a frame"):
        wire.encode_frame(Frame(1, 65536))
