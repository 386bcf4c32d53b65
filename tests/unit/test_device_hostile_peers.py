"""Peers that talk but do not answer: every wait ends with an error, in bounded memory."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from mcu_toolkit import wire
from mcu_toolkit.device.inferences import Inferences
from mcu_toolkit.device.link import Link, Patience
from mcu_toolkit.device.pace import Pace
from mcu_toolkit.errors import LinkError, ProtocolError, WrongFirmwareError
from mcu_toolkit.wire import Frame, Kind, messages
from tests.support.link import Scripted, a_hello

#: Limits a thousandth of a run's patience: the tests check that they hold, `test_the_limits_of_a_run` what they are.
BRIEF = Patience(hello=0.4, answer=0.1, probe=0.1, silence=0.6)
SLACK = 1.5  # seconds beyond a limit, for a slow machine


class Endless:
    """A peer that sends a stream without end and takes everything."""

    name = "endless"

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, timeout: float) -> bytes:
        return next(self._pieces)

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class Echo:
    """A line that is looped back."""

    name = "echo"

    def __init__(self) -> None:
        self._held = b""

    def read(self, timeout: float) -> bytes:
        held, self._held = self._held, b""
        return held

    def write(self, data: bytes) -> None:
        self._held += data

    def close(self) -> None: ...


FRAME = wire.encode_frame(Frame(Kind.RESULT, 7, messages._RESULT.pack(1, 2, b"\0" * 4, 4, 0) + b"abcd"))
DAMAGED = wire.encode_frame(Frame(Kind.ERROR, 0, messages._ERROR.pack(wire.ErrorCode.DAMAGED, 0, 1)))
STREAMS: dict[str, Callable[[], Iterator[bytes]]] = {
    "babble": lambda: itertools.cycle([b"\x55\xaa login: \r\n"]),
    "zeros": lambda: itertools.repeat(bytes(4096)),
    "no zero for ever": lambda: itertools.repeat(b"\xff" * 4096),
    "half frames": lambda: itertools.repeat(FRAME[:9] + b"\0"),
    "frames of nobody": lambda: itertools.repeat(FRAME * 200),
    "refusals": lambda: itertools.repeat(DAMAGED * 50),
}


def within(seconds: float, job: Callable[[], object]) -> LinkError:
    """The error of a job, which must come in time."""
    began = time.monotonic()
    with pytest.raises(LinkError) as caught:
        job()
    assert time.monotonic() - began < seconds + SLACK
    return caught.value


def test_the_limits_of_a_run() -> None:
    """An error comes within 30 seconds without progress, also where the first answer was late."""
    patience = Patience()
    assert max(patience.hello, patience.silence) <= 25.0


@pytest.mark.parametrize("name", STREAMS)
def test_a_peer_that_only_talks_is_no_board(name: str) -> None:
    within(BRIEF.hello, Link(Endless(STREAMS[name]()), BRIEF).hello)


@pytest.mark.parametrize("name", STREAMS)
def test_a_board_that_only_talks_ends_the_inference(name: str) -> None:
    link = Link(Endless(STREAMS[name]()), BRIEF)
    within(BRIEF.silence, lambda: Inferences(link, a_hello()).run(bytes(400)))
    assert len(link._queue) <= 1024


@pytest.mark.parametrize("overlap", ["hold", "pause"])
def test_an_echo_is_named(overlap: str) -> None:
    error = within(BRIEF.silence, lambda: Inferences(Link(Echo(), BRIEF), a_hello(overlap=overlap)).run(bytes(400)))
    assert "sends back what it receives" in str(error)
    assert "sends back what it receives" in str(within(BRIEF.hello, Link(Echo(), BRIEF).hello))


def result(
    total: int, offset: int, data: bytes, build: bytes = bytes(4)
) -> Callable[[Frame], tuple[int, bytes] | None]:
    """A peer that answers RUN with a part of the outputs."""

    def answer(frame: Frame) -> tuple[int, bytes] | None:
        if frame.kind != Kind.RUN:
            return None
        ticket = int.from_bytes(frame.payload[:4], "little")
        return Kind.RESULT, messages._RESULT.pack(ticket, 9, build, total, offset) + data

    return answer


def test_outputs_of_four_gigabytes_are_refused_at_once() -> None:
    inferences = Inferences(Link(Scripted(result(2**32 - 1, 0, b"x")), BRIEF), a_hello())
    with pytest.raises(ProtocolError, match="outputs of the wrong size"):
        inferences.run(bytes(400))


def test_the_same_part_of_the_outputs_for_ever_is_no_progress() -> None:
    within(
        BRIEF.silence,
        lambda: Inferences(Link(Scripted(result(400, 0, b"x")), BRIEF), a_hello()).run(bytes(400)),
    )


def test_outputs_of_other_firmware_are_refused() -> None:
    """A board that restarts with another model behind an open port."""
    inferences = Inferences(Link(Scripted(result(400, 0, bytes(400), b"\1\2\3\4")), BRIEF), a_hello())
    with pytest.raises(WrongFirmwareError, match="restarted with other firmware"):
        inferences.run(bytes(400))


@pytest.mark.parametrize("step", [0, 1, -1])
def test_acknowledgements_without_progress_end(step: int) -> None:
    """INPUT_ACK that stands still or goes up and down; one that goes up without end is beyond the input."""
    placed = itertools.cycle([40, 40 + step])

    def answer(frame: Frame) -> tuple[int, bytes]:
        return Kind.INPUT_ACK, frame.payload[:4] + next(placed).to_bytes(4, "little")

    within(BRIEF.silence, lambda: Inferences(Link(Scripted(answer), BRIEF), a_hello(overlap="pause")).run(bytes(400)))


def test_an_acknowledgement_beyond_the_input_is_refused() -> None:
    def answer(frame: Frame) -> tuple[int, bytes]:
        return Kind.INPUT_ACK, frame.payload[:4] + (401).to_bytes(4, "little")

    with pytest.raises(ProtocolError, match="acknowledges more"):
        Inferences(Link(Scripted(answer), BRIEF), a_hello(overlap="pause")).run(bytes(400))


def test_sequence_numbers_wrap_round_without_the_number_of_unasked_frames() -> None:
    """Regression: a `damaged` (sequence 0) was taken for the refusal of the request with the number 0."""
    seen: list[int] = []

    def answer(frame: Frame) -> tuple[int, bytes]:
        seen.append(frame.sequence)
        return frame.kind | 0x80, wire.build_hello(a_hello())

    link = Link(Scripted(answer), BRIEF)
    link._sequence = 65533
    for _ in range(4):
        link.hello()
    assert seen == [65534, 65535, 1, 2]
    reply = Frame(Kind.ERROR, 2)
    assert link.is_since(reply, 65534) and not link.is_since(Frame(Kind.ERROR, 65534), 2)


def test_frames_shrink_on_a_bad_line_and_grow_again() -> None:
    pace = Pace(2039, paced=False)
    assert (pace.piece, pace.clean) == (2039, True)
    for _ in range(20):
        pace.note(160, 1, 0)
        pace.note(0, 0, 1)
    assert pace.piece < 100 and pace.burst < 400 and not pace.clean
    for _ in range(400):
        pace.note(2060, 1, 0)
    assert pace.piece > 1000 and pace.clean


def test_a_single_error_costs_little() -> None:
    pace = Pace(2039, paced=False)
    for number in range(100):
        pace.note(2060, 1, int(number == 50))
    assert pace.piece > 1000
