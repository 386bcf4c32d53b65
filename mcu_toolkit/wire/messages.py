"""Payloads of the link's frames; `docs/protocol.md` is the specification.

Every ``parse_…`` function raises ProtocolError if the payload does not have the layout of its message.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from mcu_toolkit.errors import ProtocolError
from mcu_toolkit.wire.frames import VERSION, ErrorCode

_INPUT = struct.Struct("<IIB")
_TICKET = struct.Struct("<I")
_PAIR = struct.Struct("<II")
_RESULT = struct.Struct("<IQ4sII")
_RUN = struct.Struct("<III")
_STEPPED = struct.Struct("<IIQ")
_TRIPLE = struct.Struct("<III")
_ERROR = struct.Struct("<BII")
_HELLO = struct.Struct("<BBBBIIIHH32sIIIIII32s")
_TENSOR = struct.Struct("<BIfiB")
_DIM = struct.Struct("<I")
_COUNTS = struct.Struct("<BB")
INPUT_HEADER = _INPUT.size
RESULT_PIECE = 1024  # bytes of output in one RESULT at most
_RUNTIMES = ("aot", "tflm")
_UNITS = ("instructions", "cycles")
_OVERLAPS = ("pause", "hold")
_MAX_RANK = 8
_ACKNOWLEDGE, _KEEP = 0x01, 0x02  # flags of INPUT
#: Number of an element type on the wire, which is that of TensorType in the TensorFlow Lite schema → its name.
_TYPES = {0: "float32", 2: "int32", 3: "uint8", 4: "int64", 6: "bool", 7: "int16", 9: "int8"}
_NUMBERS = {name: number for number, name in _TYPES.items()}


@dataclass(frozen=True)
class TensorInfo:
    """Input or output of the model.

    Attributes:
        dtype: element type, for example ``int8`` or ``float32``.
        bytes: its size.
        scale, zero_point: quantization, ``real = scale * (q - zero_point)``; 1 and 0 where there is none.
        shape: with the batch.
    """

    dtype: str
    bytes: int
    scale: float
    zero_point: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Hello:
    """Identity, limits and memory figures of a board.

    Attributes:
        runtime: ``aot`` or ``tflm``.
        unit: ``instructions`` or ``cycles``, the unit of latencies.
        overlap: ``hold`` (the transport keeps bytes that arrive during the timed region) or ``pause`` (the host waits).
        clock_hz: nominal rate of the timer in Hz.
        calibration_instructions, calibration_ticks: instructions of the loop at start-up, and the ticks that they took.
        payload: largest payload in bytes that the board accepts.
        ring: bytes of its receive buffer; with ``pause`` the host never sends more without an acknowledgement.
        model_sha256: hash of the model file, 64 hex digits.
        static_bytes, arena_bytes, stack_bytes, stack_peak: RAM in bytes; 0 if unknown.
        steps: number of steps that STEP can run; 0 if the image cannot.
        damaged: frames that the board dropped since its start.
        build_sha256: hash of everything that the firmware was built from (`device.identity`), 64 hex digits.
        inputs, outputs: of the model, in the order of the blocks in which INPUT and RESULT carry them.
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
    build_sha256: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    board: str

    @property
    def input_bytes(self) -> int:
        """Size of the block of all inputs."""
        return sum(tensor.bytes for tensor in self.inputs)

    @property
    def output_bytes(self) -> int:
        """Size of the block of all outputs."""
        return sum(tensor.bytes for tensor in self.outputs)


@dataclass(frozen=True)
class Result:
    """A part of the outputs.

    Attributes:
        ticket: number of the input.
        ticks: of the timer for the inference.
        build: first eight hex digits of the identity of the firmware that ran.
        total: bytes of all outputs.
        offset: of `data` in it.
        data: the bytes.
    """

    ticket: int
    ticks: int
    build: str
    total: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Stepped:
    """The reply to STEP: ticket, step, and the ticks that it took."""

    ticket: int
    step: int
    ticks: int


@dataclass(frozen=True)
class Refusal:
    """An ERROR frame: code (`ErrorCode`), ticket, and a detail whose meaning depends on the code."""

    code: int
    ticket: int
    detail: int

    @property
    def name(self) -> str:
        """Name of the code in lower case, or its number."""
        try:
            return ErrorCode(self.code).name.lower()
        except ValueError:
            return f"error {self.code}"


def input_payload(ticket: int, offset: int, data: bytes, *, acknowledge: bool, keep: bool = False) -> bytes:
    """Payload of INPUT: `data` of the inputs from `offset` on; with `keep` the variables are not reset before it."""
    return _INPUT.pack(ticket, offset, _ACKNOWLEDGE * acknowledge | _KEEP * keep) + data


def hello_payload(session: int) -> bytes:
    """Payload of HELLO: a board that is asked with another number than before wipes what it holds."""
    return _TICKET.pack(session)


def run_payload(ticket: int, offset: int = 0, piece: int = RESULT_PIECE) -> bytes:
    """Payload of RUN: outputs from `offset` on are wanted, in parts of at most `piece` bytes."""
    return _RUN.pack(ticket, offset, piece)


def step_payload(ticket: int, step: int) -> bytes:
    """Payload of STEP."""
    return _PAIR.pack(ticket, step)


def crc_payload(ticket: int, offset: int, length: int) -> bytes:
    """Payload of CRC: a range of the arena, after a STEP of the ticket."""
    return _TRIPLE.pack(ticket, offset, length)


def parse_ack(payload: bytes) -> tuple[int, int]:
    """INPUT_ACK → (ticket, bytes received without a gap)."""
    ticket, received = _unpack(_PAIR, payload, "INPUT_ACK")
    return ticket, received


def parse_result(payload: bytes) -> Result:
    """RESULT → `Result`; its data lies within the output."""
    ticket, ticks, build, total, offset = _unpack(_RESULT, payload[: _RESULT.size], "RESULT")
    data = payload[_RESULT.size :]
    if offset + len(data) > total:
        raise _malformed("RESULT", payload)
    return Result(ticket, ticks, build.hex(), total, offset, data)


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
    """HELLO_REPLY → `Hello`."""
    head = _unpack(_HELLO, payload[: _HELLO.size], "HELLO_REPLY")
    runtime, unit, overlap, _reserved = (int(v) for v in head[:4])
    if runtime >= len(_RUNTIMES) or unit >= len(_UNITS) or overlap >= len(_OVERLAPS):
        raise _malformed("HELLO_REPLY", payload)
    (count_in, count_out), at = _unpack(_COUNTS, payload[_HELLO.size : _HELLO.size + 2], "HELLO_REPLY"), _HELLO.size + 2
    tensors: list[TensorInfo] = []
    for _ in range(count_in + count_out):
        tensor, at = _parse_tensor(payload, at)
        tensors.append(tensor)
    name = payload[at + 1 :]
    if at >= len(payload) or payload[at] != len(name) or not name.isascii():
        raise _malformed("HELLO_REPLY", payload)
    clock, instructions, ticks, limit, ring, sha, static, arena, stack, peak, steps, damaged, build = head[4:]
    return Hello(
        _RUNTIMES[runtime], _UNITS[unit], _OVERLAPS[overlap], clock, instructions, ticks, limit, ring,
        sha.hex(), static, arena, stack, peak, steps, damaged, build.hex(), tuple(tensors[:count_in]),
        tuple(tensors[count_in:]), name.decode("ascii"),
    )  # fmt: skip


def build_hello(hello: Hello) -> bytes:
    """The inverse of `parse_hello`, for boards simulated in Python."""
    head = _HELLO.pack(
        _RUNTIMES.index(hello.runtime), _UNITS.index(hello.unit), _OVERLAPS.index(hello.overlap), 0,
        hello.clock_hz, hello.calibration_instructions, hello.calibration_ticks, hello.payload, hello.ring,
        bytes.fromhex(hello.model_sha256), hello.static_bytes, hello.arena_bytes, hello.stack_bytes,
        hello.stack_peak, hello.steps, hello.damaged, bytes.fromhex(hello.build_sha256),
    )  # fmt: skip
    name = hello.board.encode("ascii")
    counts = _COUNTS.pack(len(hello.inputs), len(hello.outputs))
    tensors = b"".join(build_tensor(tensor) for tensor in (*hello.inputs, *hello.outputs))
    return head + counts + tensors + bytes([len(name)]) + name


def build_tensor(info: TensorInfo) -> bytes:
    """An input or output of the model as the HELLO_REPLY holds it."""
    head = _TENSOR.pack(_NUMBERS[info.dtype], info.bytes, info.scale, info.zero_point, len(info.shape))
    return head + b"".join(_DIM.pack(dim) for dim in info.shape)


def _parse_tensor(payload: bytes, at: int) -> tuple[TensorInfo, int]:
    number, size, scale, zero_point, rank = _unpack(_TENSOR, payload[at : at + _TENSOR.size], "HELLO_REPLY")
    at += _TENSOR.size
    end = at + rank * _DIM.size
    if number not in _TYPES or rank > _MAX_RANK or end > len(payload):
        raise _malformed("HELLO_REPLY", payload)
    shape = tuple(int(dim) for (dim,) in _DIM.iter_unpack(payload[at:end]))
    return TensorInfo(_TYPES[number], size, scale, zero_point, shape), end


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
