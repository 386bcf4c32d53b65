"""The bench application under AddressSanitizer and UBSan: no sequence of bytes crashes it."""

from __future__ import annotations

import random
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import wire
from mcu_toolkit.wire import ErrorCode, Frame, FrameDecoder, Kind
from tests.support.device import (
    IDENTITY,
    INPUT_BYTES,
    SANITIZERS,
    build_host_app,
    samples,
    tiny_hidden,
    tiny_output,
    tiny_sequence,
)

HELLO = wire.encode_frame(Frame(Kind.HELLO, 1, wire.hello_payload(1)))
KNOWN = {Kind.HELLO_REPLY, Kind.INPUT_ACK, Kind.RESULT, Kind.STEPPED, Kind.CRC_REPLY, Kind.ERROR}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_host_app(tmp_path_factory.mktemp("app"), SANITIZERS, payload=256)


def talk(program: Path, stream: bytes) -> list[Frame]:
    """The replies of the application to a stream; fails if it crashes or if a reply is damaged."""
    done = subprocess.run([str(program)], input=stream, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    decoder = FrameDecoder()
    frames = decoder.feed(done.stdout)
    assert decoder.damaged == 0
    return frames


def a_request(draw: random.Random) -> Frame:
    """A request whose numbers are often out of range."""
    number = draw.choice([0, 1, 2, 399, 400, 401, 511, 512, 513, 2**31 - 1, 2**31, 2**32 - 1, draw.randrange(2**32)])
    other = draw.choice([0, 1, 2, 100, 400, 404, 512, 2**32 - 1, draw.randrange(2**32)])
    data = draw.randbytes(draw.choice([0, 1, 200, 247, 300, 1000]))
    flags = {"acknowledge": draw.random() < 0.5, "keep": draw.random() < 0.3}
    kind, payload = draw.choice(
        [
            (Kind.HELLO, wire.hello_payload(draw.randrange(3))),
            (Kind.INPUT, wire.input_payload(draw.randrange(3), number, data, **flags)),
            (
                Kind.RUN,
                wire.run_payload(draw.randrange(3), draw.choice([0, 0, 4, other]), draw.choice([1, 1024, number])),
            ),
            (Kind.STEP, wire.step_payload(draw.randrange(3), other)),
            (Kind.CRC, wire.crc_payload(draw.randrange(3), number, other)),
            (draw.randrange(256), data),
        ]
    )
    return Frame(kind, draw.randrange(65536), payload, draw.choice([2, 2, 2, 0, 1]))


def mutated(code: bytes, draw: random.Random) -> bytes:
    """A frame on the wire, sometimes cut, spliced, repeated or with changed bits."""
    roll = draw.random()
    at = draw.randrange(len(code))
    if roll < 0.4:
        return code
    if roll < 0.6:
        return code[:at] + bytes([draw.randrange(256)]) + code[at + 1 :]
    if roll < 0.7:
        return code[:at]
    if roll < 0.8:
        return code[:at] + code[at + 1 :]
    if roll < 0.9:
        return code[:at] + draw.randbytes(draw.randrange(600)) + code[at:]
    return code * 2


@pytest.mark.parametrize("seed", range(4))
def test_survives_mutated_frames_and_still_answers(program: Path, seed: int) -> None:
    draw = random.Random(seed)
    stream = b"".join(mutated(wire.encode_frame(a_request(draw)), draw) for _ in range(4000))
    frames = talk(program, stream + b"\0" + wire.encode_frame(Frame(Kind.HELLO, 4711, wire.hello_payload(1))))
    assert {f.kind for f in frames} <= {int(k) for k in KNOWN}
    assert frames[-1].kind == Kind.HELLO_REPLY and frames[-1].sequence == 4711
    assert wire.parse_hello(frames[-1].payload).damaged > 0


@pytest.mark.parametrize("seed", range(2))
def test_survives_noise(program: Path, seed: int) -> None:
    noise = random.Random(seed).randbytes(1 << 20)
    frames = talk(program, noise + b"\0" + HELLO)
    assert frames[-1].kind == Kind.HELLO_REPLY
    assert all(wire.parse_error(f.payload).code == ErrorCode.DAMAGED for f in frames[:-1])


def test_an_endless_frame_is_dropped(program: Path) -> None:
    for filler in (b"\xff", b"\x01", b"\x02"):
        frames = talk(program, filler * 100_000 + b"\0" + HELLO)
        assert [f.kind for f in frames] == [Kind.ERROR, Kind.HELLO_REPLY]


def request(kind: int, payload: bytes = b"", sequence: int = 9) -> bytes:
    return wire.encode_frame(Frame(kind, sequence, payload))


def piece(ticket: int, offset: int, data: bytes, acknowledge: bool = True) -> bytes:
    return request(Kind.INPUT, wire.input_payload(ticket, offset, data, acknowledge=acknowledge))


def refusal(frame: Frame) -> wire.Refusal:
    assert frame.kind == Kind.ERROR
    return wire.parse_error(frame.payload)


def test_an_inference(program: Path) -> None:
    sample = samples(1)[0]
    data = sample.tobytes()
    stream = piece(5, 0, data[:150]) + piece(5, 150, data[150:300]) + piece(5, 300, data[300:])
    *acks, result = talk(program, stream + request(Kind.RUN, wire.run_payload(5)))
    assert [wire.parse_ack(a.payload) for a in acks] == [(5, 150), (5, 300), (5, 400)]
    answer = wire.parse_result(result.payload)
    assert (answer.ticket, answer.total, answer.offset) == (5, 4, 0)
    assert answer.data == tiny_output(sample).tobytes()


def test_repeated_pieces_change_nothing(program: Path) -> None:
    sample = samples(1, seed=2)[0]
    data = sample.tobytes()
    first, second = piece(1, 0, data[:247]), piece(1, 247, data[247:])
    frames = talk(program, first + first + second + first + second + request(Kind.RUN, wire.run_payload(1)))
    assert wire.parse_result(frames[-1].payload).data == tiny_output(sample).tobytes()
    assert [wire.parse_ack(f.payload)[1] for f in frames[:-1]] == [247, 247, 400, 400, 400]


def test_a_gap_is_refused_with_the_number_of_bytes_received(program: Path) -> None:
    frames = talk(program, piece(1, 0, bytes(100)) + piece(1, 200, bytes(100)) + request(Kind.RUN, wire.run_payload(1)))
    assert refusal(frames[1]) == wire.Refusal(ErrorCode.GAP, 1, 100)
    assert refusal(frames[2]) == wire.Refusal(ErrorCode.INCOMPLETE, 1, 100)


def whole(ticket: int, sample: np.ndarray, keep: bool = False) -> bytes:
    """INPUT frames of a sample, not acknowledged, and RUN."""
    data = sample.tobytes()
    parts = (wire.input_payload(ticket, at, data[at : at + 247], acknowledge=False, keep=keep) for at in (0, 247))
    return b"".join(request(Kind.INPUT, part) for part in parts) + request(Kind.RUN, wire.run_payload(ticket))


def test_a_second_run_repeats_the_result_and_the_input_of_the_ticket_changes_nothing(program: Path) -> None:
    sample = samples(1)[0]
    frames = talk(program, whole(1, sample) + request(Kind.RUN, wire.run_payload(1)) + whole(1, sample[::-1]))
    results = [wire.parse_result(frame.payload) for frame in frames]
    assert [result.data for result in results] == 3 * [tiny_output(sample).tobytes()]
    assert len({result.ticks for result in results}) == 1


def test_a_run_of_an_earlier_ticket_is_refused_once_the_next_input_begins(program: Path) -> None:
    frames = talk(program, whole(1, samples(1)[0]) + piece(2, 0, bytes(9)) + request(Kind.RUN, wire.run_payload(1)))
    assert refusal(frames[2]) == wire.Refusal(ErrorCode.INCOMPLETE, 1, 0)


def test_variables_are_kept_only_from_the_ticket_before(program: Path) -> None:
    first, second, third = samples(3)
    sequence = tiny_sequence(np.stack([first, second, third]))
    frames = talk(program, whole(7, first) + whole(8, second, keep=True) + whole(9, third, keep=True))
    assert [wire.parse_result(f.payload).data for f in frames] == [row.tobytes() for row in sequence]
    (reset,) = talk(program, whole(7, first) + whole(8, second))[1:]
    assert wire.parse_result(reset.payload).data == tiny_output(second).tobytes()
    stepped = piece(8, 0, bytes(247)) + piece(8, 247, bytes(153)) + request(Kind.STEP, wire.step_payload(8, 0))
    for before in (b"", whole(6, first), whole(7, first) + stepped):
        refused = [f for f in talk(program, before + whole(8, second, keep=True)) if f.kind == Kind.ERROR]
        assert refusal(refused[0]).code == ErrorCode.ORDER
        assert len(refused) == 3  # both parts of the input and the RUN


def test_steps_go_in_order_and_may_be_asked_again(program: Path) -> None:
    whole = piece(1, 0, bytes(247)) + piece(1, 247, bytes(153))

    def step(index: int) -> bytes:
        return request(Kind.STEP, wire.step_payload(1, index))

    frames = talk(program, whole + step(1) + step(0) + step(0) + step(1) + step(2) + step(0))[2:]
    kinds = [f.kind for f in frames]
    assert kinds == [Kind.ERROR, Kind.STEPPED, Kind.STEPPED, Kind.STEPPED, Kind.ERROR, Kind.ERROR]
    assert refusal(frames[0]).code == refusal(frames[4]).code == refusal(frames[5]).code == ErrorCode.ORDER


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (wire.encode_frame(Frame(Kind.HELLO, 1, version=1)), ErrorCode.VERSION),
        (request(0x33), ErrorCode.TYPE),
        (request(Kind.HELLO, b"x"), ErrorCode.LENGTH),
        (request(Kind.RUN, b"abc"), ErrorCode.LENGTH),
        (request(Kind.INPUT, b"abc"), ErrorCode.LENGTH),
        (piece(1, INPUT_BYTES, b"x"), ErrorCode.RANGE),
        (piece(1, 2**32 - 1, b"xx"), ErrorCode.RANGE),
        (piece(1, 1, b"x"), ErrorCode.GAP),
        (request(Kind.RUN, wire.run_payload(3)), ErrorCode.INCOMPLETE),
        (request(Kind.RUN, wire.run_payload(3, offset=5)), ErrorCode.RANGE),
        (request(Kind.RUN, wire.run_payload(3, piece=0)), ErrorCode.RANGE),
        (request(Kind.CRC, wire.crc_payload(3, 0, 1)), ErrorCode.INCOMPLETE),
        (b"\x05abc\0", ErrorCode.DAMAGED),
        (wire.encode_frame(Frame(Kind.INPUT, 1, bytes(500))), ErrorCode.DAMAGED),
    ],
)
def test_every_refusal(program: Path, stream: bytes, code: ErrorCode) -> None:
    (frame,) = talk(program, stream)
    assert refusal(frame).code == code


def step_of(ticket: int, index: int) -> bytes:
    return request(Kind.STEP, wire.step_payload(ticket, index))


def crc_of(ticket: int, offset: int, count: int) -> bytes:
    return request(Kind.CRC, wire.crc_payload(ticket, offset, count))


def loaded(ticket: int, sample: np.ndarray) -> bytes:
    """A whole input without RUN."""
    data = sample.tobytes()
    return piece(ticket, 0, data[:247], acknowledge=False) + piece(ticket, 247, data[247:], acknowledge=False)


def test_checksums_only_of_the_input_that_is_stepped_through(program: Path) -> None:
    sample = samples(1)[0]
    (early,) = talk(program, loaded(1, sample) + crc_of(1, 0, 400))
    assert refusal(early).code == ErrorCode.ORDER
    _, good, far, other = talk(
        program, loaded(1, sample) + step_of(1, 0) + crc_of(1, 400, 4) + crc_of(1, 512, 1) + crc_of(2, 400, 4)
    )
    assert wire.parse_crc(good.payload)[2] == zlib.crc32(tiny_hidden(sample).tobytes())
    assert refusal(far).code == ErrorCode.RANGE
    assert refusal(other).code == ErrorCode.INCOMPLETE


def test_a_later_peer_reads_nothing_of_the_peer_before(program: Path) -> None:
    """What the arena holds after another session, byte by byte, with an input of the reader's own."""
    secret = samples(1)[0]
    hello = request(Kind.HELLO, wire.hello_payload(77))
    run = request(Kind.RUN, wire.run_payload(5))
    for left_behind in (loaded(5, secret), loaded(5, secret) + run, loaded(5, secret) + step_of(5, 0)):
        for first in (hello, b""):
            peek = first + step_of(5, 1) if first else b""
            own = b"".join(crc_of(6, at, 1) for at in range(512))
            frames = talk(program, left_behind + peek + first + loaded(6, np.zeros(400, np.int8)) + step_of(6, 0) + own)
            seen = [wire.parse_crc(f.payload)[2] for f in frames if f.kind == Kind.CRC_REPLY]
            assert len(seen) == 512
            fresh = talk(program, loaded(6, np.zeros(400, np.int8)) + step_of(6, 0) + own)
            assert seen == [wire.parse_crc(f.payload)[2] for f in fresh if f.kind == Kind.CRC_REPLY]
            if first:
                assert refusal(next(f for f in frames if f.kind == Kind.ERROR)).code == ErrorCode.INCOMPLETE


def test_another_session_gets_no_outputs_of_the_one_before(program: Path) -> None:
    run = request(Kind.RUN, wire.run_payload(5))
    hello = request(Kind.HELLO, wire.hello_payload(78))
    again, _, refused = talk(program, loaded(5, samples(1)[0]) + run + run + hello + run)[1:]
    assert again.kind == Kind.RESULT
    assert refusal(refused) == wire.Refusal(ErrorCode.INCOMPLETE, 5, 0)


def test_outputs_can_be_asked_for_in_parts(program: Path) -> None:
    sample = samples(1)[0]
    frames = talk(program, loaded(5, sample) + request(Kind.RUN, wire.run_payload(5, offset=1, piece=2)))
    parts = [wire.parse_result(f.payload) for f in frames]
    assert [(part.offset, part.data) for part in parts] == [
        (1, tiny_output(sample).tobytes()[1:3]),
        (3, tiny_output(sample).tobytes()[3:]),
    ]
    assert {part.build for part in parts} == {IDENTITY.build_sha256[:8]}
