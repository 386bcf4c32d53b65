"""Frames of the link between host and board; `docs/protocol.md` is the specification.

A frame is COBS-encoded (Cheshire and Baker, "Consistent Overhead Byte Stuffing", 1999) and ends with a zero byte. Its
body is ``version u8, type u8, sequence u16, payload, CRC-32 u32``, little-endian; the CRC-32 is that of zlib over all
bytes before it.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

VERSION = 2
MAX_PAYLOAD = 4096
OVERHEAD = 8  # header and CRC
_HEADER = struct.Struct("<BBH")
_CRC = struct.Struct("<I")


class Kind(IntEnum):
    """Frame types. A reply has the request's type with bit 7 set."""

    HELLO = 0x01
    INPUT = 0x02
    RUN = 0x03
    STEP = 0x04
    CRC = 0x05
    HELLO_REPLY = 0x81
    INPUT_ACK = 0x82
    RESULT = 0x83
    STEPPED = 0x84
    CRC_REPLY = 0x85
    ERROR = 0xFF


class ErrorCode(IntEnum):
    """Reasons for which the board refuses a frame; FAULT is sent without a request, before the chip restarts."""

    DAMAGED = 1
    VERSION = 2
    TYPE = 3
    LENGTH = 4
    INCOMPLETE = 5
    GAP = 6
    RANGE = 7
    ORDER = 8
    FAULT = 9


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        kind: its type, a `Kind` or another byte from a newer peer.
        sequence: 0..65535.
        payload: at most `MAX_PAYLOAD` bytes.
        version: of the protocol.
    """

    kind: int
    sequence: int
    payload: bytes = b""
    version: int = VERSION


def cobs_encode(data: bytes) -> bytes:
    """The COBS code of the data: it has no zero byte, and at most one byte more per 254, plus one. No closing zero."""
    out = bytearray()
    for run in data.split(b"\0"):
        start = 0
        while len(run) - start >= 254:
            out.append(255)
            out += run[start : start + 254]
            start += 254
        out.append(len(run) - start + 1)
        out += run[start:]
    return bytes(out)


def cobs_decode(data: bytes) -> bytes | None:
    """The inverse of `cobs_encode`; None if `data` is no COBS code."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        block = data[at + 1 : at + code]
        if code == 0 or len(block) != code - 1 or 0 in block:
            return None
        out += block
        at += code
        if code != 255 and at < len(data):
            out.append(0)
    return bytes(out)


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame on the wire, with the closing zero.

    Raises:
        ValueError: the payload or the sequence number is too large.
    """
    if len(frame.payload) > MAX_PAYLOAD or not 0 <= frame.sequence <= 0xFFFF:
        raise ValueError(f"not a frame: {len(frame.payload)} bytes, sequence {frame.sequence}")
    body = _HEADER.pack(frame.version, frame.kind, frame.sequence) + frame.payload
    return cobs_encode(body + _CRC.pack(zlib.crc32(body))) + b"\0"


def encoded_size(payload: int) -> int:
    """Largest size on the wire of a frame with `payload` bytes of payload."""
    body = payload + OVERHEAD
    return body + body // 254 + 2


class FrameDecoder:
    """Decodes a stream of bytes into frames; anything else in the stream is dropped.

    Attributes:
        whole: valid frames so far.
        damaged: non-empty stretches between zeros that were not a valid frame.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overlong = False
        self.whole = 0
        self.damaged = 0

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete. The decoder never buffers more than one frame of the largest size."""
        frames: list[Frame] = []
        pieces = data.split(b"\0")
        for position, piece in enumerate(pieces):
            self._take(piece)
            if position < len(pieces) - 1:
                self._close(frames)
        return frames

    def _take(self, piece: bytes) -> None:
        if len(self._pending) + len(piece) > encoded_size(MAX_PAYLOAD):
            self._overlong = True
            self._pending.clear()
        elif not self._overlong:
            self._pending += piece

    def _close(self, frames: list[Frame]) -> None:
        raw, overlong = bytes(self._pending), self._overlong
        self._pending.clear()
        self._overlong = False
        if not raw and not overlong:
            return
        frame = None if overlong else decode_body(cobs_decode(raw))
        if frame is None:
            self.damaged += 1
        else:
            self.whole += 1
            frames.append(frame)


def decode_body(body: bytes | None) -> Frame | None:
    """The frame of a decoded body; None if it is too short, too long, or its CRC differs."""
    if body is None or not OVERHEAD <= len(body) <= OVERHEAD + MAX_PAYLOAD:
        return None
    (crc,) = _CRC.unpack_from(body, len(body) - _CRC.size)
    if zlib.crc32(body[: -_CRC.size]) != crc:
        return None
    version, kind, sequence = _HEADER.unpack_from(body)
    return Frame(kind, sequence, body[_HEADER.size : -_CRC.size], version)
