"""Frames and messages of the link between host and board, in pure Python; `docs/protocol.md` is the specification.

A frame is COBS-encoded (Cheshire and Baker, "Consistent Overhead Byte Stuffing", 1999) and ends with a zero
byte. Its body is ``version u8, type u8, sequence u16, payload, CRC-32 u32``, little-endian, the CRC being that of
zlib over all that stands before it. This module knows nothing of ports.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from mcu_toolkit.errors import ProtocolError

VERSION = 1
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
    RESET = 0x06
    HELLO_REPLY = 0x81
    INPUT_ACK = 0x82
    RESULT = 0x83
    STEPPED = 0x84
    CRC_REPLY = 0x85
    RESET_ACK = 0x86
    ERROR = 0xFF


class ErrorCode(IntEnum):
    """Why the board refused a frame."""

    DAMAGED = 1
    VERSION = 2
    TYPE = 3
    LENGTH = 4
    INCOMPLETE = 5
    GAP = 6
    RANGE = 7
    ORDER = 8


@dataclass(frozen=True)
class Frame:
    """One frame: type (a `Kind`, or any byte from a newer peer), sequence number 0..65535, payload."""

    kind: int
    sequence: int
    payload: bytes = b""
    version: int = VERSION


def cobs_encode(data: bytes) -> bytes:
    """COBS: the data without any zero byte; the closing zero is not added. At most one byte in 254 longer, plus one."""
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
    """The inverse of `cobs_encode`; None where the code is impossible."""
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
    """The bytes of a frame on the wire, closing zero included.

    Raises:
        ValueError: the payload exceeds `MAX_PAYLOAD` or the sequence number 16 bits; a programming error.
    """
    if len(frame.payload) > MAX_PAYLOAD or not 0 <= frame.sequence <= 0xFFFF:
        raise ValueError(f"not a frame: {len(frame.payload)} bytes, sequence {frame.sequence}")
    body = _HEADER.pack(frame.version, frame.kind, frame.sequence) + frame.payload
    return cobs_encode(body + _CRC.pack(zlib.crc32(body))) + b"\0"


def encoded_size(payload: int) -> int:
    """Most bytes that a frame with `payload` bytes of payload takes on the wire."""
    body = payload + OVERHEAD
    return body + body // 254 + 2


class FrameDecoder:
    """Bytes in, whole frames out, whatever lies between them.

    Attributes:
        whole: valid frames so far.
        damaged: non-empty stretches between zeros that were no valid frame; they are dropped.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overlong = False
        self.whole = 0
        self.damaged = 0

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete. Memory stays bounded whatever comes."""
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
    """The frame of a decoded body, None where it is too short, too long or its CRC differs."""
    if body is None or not OVERHEAD <= len(body) <= OVERHEAD + MAX_PAYLOAD:
        return None
    (crc,) = _CRC.unpack_from(body, len(body) - _CRC.size)
    if zlib.crc32(body[: -_CRC.size]) != crc:
        return None
    version, kind, sequence = _HEADER.unpack_from(body)
    return Frame(kind, sequence, body[_HEADER.size : -_CRC.size], version)


# Messages ------------------------------------------------------------------------------------------------------------

_INPUT = struct.Struct("<IIB")
_TICKET = struct.Struct("<I")
_PAIR = struct.Struct("<II")
_RESULT = struct.Struct("<IQII")
_STEPPED = struct.Struct("<IIQ")
_TRIPLE = struct.Struct("<III")
_ERROR = struct.Struct("<BII")
_HELLO = struct.Struct("<BBBBIIIHH32sIIIIII")
_TENSOR = struct.Struct("<IfiB")
RESET_MAGIC = 0x52455345
INPUT_HEADER = _INPUT.size
_RUNTIMES = ("aot", "tflm")
_UNITS = ("instructions", "cycles")
_OVERLAPS = ("pause", "hold")
_MAX_RANK = 8


@dataclass(frozen=True)
class TensorInfo:
    """A border tensor: bytes, quantization ``real = scale * (q - zero_point)``, shape."""

    bytes: int
    scale: float
    zero_point: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Hello:
    """What a board says of itself.

    Attributes:
        runtime: ``aot`` or ``tflm``.
        unit: ``instructions`` or ``cycles``; what a tick stands for is calibrated, see below.
        overlap: ``hold`` or ``pause``.
        clock_hz: nominal rate of the timer.
        calibration_instructions, calibration_ticks: instructions of the start-up loop and the ticks they took.
        payload: largest payload that the board accepts.
        ring: bytes of its receive buffer; with ``pause`` the host never has more than these on the way.
        model_sha256: 64 hex digits.
        static_bytes, arena_bytes, stack_bytes, stack_peak: RAM in bytes.
        steps: layers that STEP can run, 0 without support.
        damaged: frames the board dropped since its start.
        input, output: the model's border tensors.
        board: board id.
    """

    runtime: str
    unit: str
    overlap: str
    clock_hz: int
    calibration_instructions: int
    calibration_ticks: int
    payload: int
    ring: int
    model_sha256: str
    static_bytes: int
    arena_bytes: int
    stack_bytes: int
    stack_peak: int
    steps: int
    damaged: int
    input: TensorInfo
    output: TensorInfo
    board: str


@dataclass(frozen=True)
class Result:
    """A piece of an answer: `data` lies at `offset` of an output of `total` bytes."""

    ticket: int
    ticks: int
    total: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Stepped:
    """A layer was run."""

    ticket: int
    step: int
    ticks: int


@dataclass(frozen=True)
class Refusal:
    """An ERROR frame. `detail` depends on the code: docs/protocol.md."""

    code: int
    ticket: int
    detail: int

    @property
    def name(self) -> str:
        """The code's name in lower case, or its number."""
        try:
            return ErrorCode(self.code).name.lower()
        except ValueError:
            return f"error {self.code}"


def input_payload(ticket: int, offset: int, data: bytes, *, acknowledge: bool) -> bytes:
    """Payload of INPUT: bytes of the input tensor from `offset` on."""
    return _INPUT.pack(ticket, offset, 1 if acknowledge else 0) + data


def run_payload(ticket: int) -> bytes:
    """Payload of RUN."""
    return _TICKET.pack(ticket)


def step_payload(ticket: int, step: int) -> bytes:
    """Payload of STEP."""
    return _PAIR.pack(ticket, step)


def crc_payload(offset: int, length: int) -> bytes:
    """Payload of CRC: a range of the arena."""
    return _PAIR.pack(offset, length)


def reset_payload() -> bytes:
    """Payload of RESET."""
    return _TICKET.pack(RESET_MAGIC)


def parse_ack(payload: bytes) -> tuple[int, int]:
    """INPUT_ACK → (ticket, bytes received without a gap)."""
    ticket, received = _unpack(_PAIR, payload, "INPUT_ACK")
    return ticket, received


def parse_result(payload: bytes) -> Result:
    """RESULT → `Result`; its data stays within its total."""
    ticket, ticks, total, offset = _unpack(_RESULT, payload[: _RESULT.size], "RESULT")
    data = payload[_RESULT.size :]
    if offset + len(data) > total:
        raise _malformed("RESULT", payload)
    return Result(ticket, ticks, total, offset, data)


def parse_stepped(payload: bytes) -> Stepped:
    """STEPPED → `Stepped`."""
    return Stepped(*_unpack(_STEPPED, payload, "STEPPED"))


def parse_crc(payload: bytes) -> tuple[int, int, int]:
    """CRC_REPLY → (offset, length, CRC-32)."""
    offset, length, crc = _unpack(_TRIPLE, payload, "CRC_REPLY")
    return offset, length, crc


def parse_error(payload: bytes) -> Refusal:
    """ERROR → `Refusal`."""
    return Refusal(*_unpack(_ERROR, payload, "ERROR"))


def parse_hello(payload: bytes) -> Hello:
    """HELLO_REPLY → `Hello`.

    Raises:
        ProtocolError: the payload is malformed; so do all the parsers here.
    """
    head = _unpack(_HELLO, payload[: _HELLO.size], "HELLO_REPLY")
    runtime, unit, overlap, _reserved = (int(v) for v in head[:4])
    if runtime >= len(_RUNTIMES) or unit >= len(_UNITS) or overlap >= len(_OVERLAPS):
        raise _malformed("HELLO_REPLY", payload)
    source, at = _parse_tensor(payload, _HELLO.size)
    sink, at = _parse_tensor(payload, at)
    name = payload[at + 1 :]
    if at >= len(payload) or payload[at] != len(name) or not name.isascii():
        raise _malformed("HELLO_REPLY", payload)
    clock, instructions, ticks, limit, ring, sha, static, arena, stack, peak, steps, damaged = head[4:]
    return Hello(
        _RUNTIMES[runtime], _UNITS[unit], _OVERLAPS[overlap], clock, instructions, ticks, limit, ring,
        sha.hex(), static, arena, stack, peak, steps, damaged, source, sink, name.decode("ascii"),
    )  # fmt: skip


def build_hello(hello: Hello) -> bytes:
    """The inverse of `parse_hello`, for peers written in Python and for tests."""
    head = _HELLO.pack(
        _RUNTIMES.index(hello.runtime), _UNITS.index(hello.unit), _OVERLAPS.index(hello.overlap), 0,
        hello.clock_hz, hello.calibration_instructions, hello.calibration_ticks, hello.payload, hello.ring,
        bytes.fromhex(hello.model_sha256), hello.static_bytes, hello.arena_bytes, hello.stack_bytes,
        hello.stack_peak, hello.steps, hello.damaged,
    )  # fmt: skip
    name = hello.board.encode("ascii")
    return head + _build_tensor(hello.input) + _build_tensor(hello.output) + bytes([len(name)]) + name


def _build_tensor(info: TensorInfo) -> bytes:
    head = _TENSOR.pack(info.bytes, info.scale, info.zero_point, len(info.shape))
    return head + b"".join(_TICKET.pack(dim) for dim in info.shape)


def _parse_tensor(payload: bytes, at: int) -> tuple[TensorInfo, int]:
    size, scale, zero_point, rank = _unpack(_TENSOR, payload[at : at + _TENSOR.size], "HELLO_REPLY")
    at += _TENSOR.size
    end = at + rank * _TICKET.size
    if rank > _MAX_RANK or end > len(payload):
        raise _malformed("HELLO_REPLY", payload)
    shape = tuple(int(dim) for (dim,) in _TICKET.iter_unpack(payload[at:end]))
    return TensorInfo(size, scale, zero_point, shape), end


def _unpack(layout: struct.Struct, payload: bytes, what: str) -> tuple[Any, ...]:
    try:
        return layout.unpack(payload)
    except struct.error as bad:
        raise _malformed(what, payload) from bad


def _malformed(what: str, payload: bytes) -> ProtocolError:
    return ProtocolError(
        f"the board sent a malformed {what}",
        expected=f"the layout of protocol version {VERSION}",
        received=f"{len(payload)} bytes: {payload[:24].hex(' ')}",
        hint="program the board again: mcutk flash",
    )
