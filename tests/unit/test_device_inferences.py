"""Inferences over lines that lose, damage, repeat and delay frames, and on boards that refuse requests."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit import wire
from mcu_toolkit.device.inferences import Inferences
from mcu_toolkit.device.link import Link, Patience
from mcu_toolkit.errors import LinkError, ProtocolError
from mcu_toolkit.wire import Frame, Kind, messages
from tests.support.device import BadTransport, app_transport, build_host_app, samples, tiny_output, tiny_sequence
from tests.support.link import Scripted, a_hello

#: Short waits, so that the tests are quick.
QUICK = Patience(hello=5.0, answer=0.1, probe=0.1, silence=10.0)
#: An error after half a second without progress.
BRIEF = Patience(hello=0.5, answer=0.1, probe=0.1, silence=0.5)


@pytest.fixture(scope="module")
def eager(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application of a board with overlap ``hold``."""
    return build_host_app(tmp_path_factory.mktemp("eager"), payload=100)


@pytest.fixture(scope="module")
def paced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application of a board with overlap ``pause``."""
    return build_host_app(tmp_path_factory.mktemp("paced"), overlap="pause", ring=256, payload=192)


def run_all(link: Link, count: int = 12, *, keep: bool = False) -> None:
    """Check that every output is correct, in order and received once."""
    link.post((Kind.HELLO, wire.hello_payload(1)))  # an unexpected request changes nothing
    inferences = Inferences(link, link.hello(), keep_variables=keep)
    images = samples(count)
    expected = tiny_sequence(images) if keep else np.stack([tiny_output(image) for image in images])
    for number, image in enumerate(images):
        following = images[number + 1].tobytes() if number + 1 < count else None
        assert inferences.run(image.tobytes(), following).output == expected[number].tobytes()


@pytest.mark.parametrize("kind", ["eager", "paced"])
def test_a_line_without_faults_needs_no_retries(kind: str, request: pytest.FixtureRequest) -> None:
    with app_transport(request.getfixturevalue(kind)) as transport:
        link = Link(transport, Patience(hello=5.0))
        run_all(link)
        assert link.retries == 0
        assert link.sent > 12 * 400 and link.received > 12 * 20


@pytest.mark.parametrize("kind", ["eager", "paced"])
@pytest.mark.parametrize("keep", [False, True], ids=["reset", "sequence"])
@pytest.mark.parametrize("fault", ["lose", "damage", "double", "delay"])
def test_faults_are_recovered_from(kind: str, fault: str, keep: bool, request: pytest.FixtureRequest) -> None:
    """In a sequence each sample runs once: a second run would change the variables twice."""
    with app_transport(request.getfixturevalue(kind)) as transport:
        line = BadTransport(transport, seed=7, **{fault: 0.08})
        link = Link(line, QUICK)
        run_all(link, 8, keep=keep)
        assert line.faults > 3
        assert link.retries > 0 or fault in ("double", "delay")


def test_all_faults_at_once(eager: Path) -> None:
    with app_transport(eager) as transport:
        line = BadTransport(transport, seed=3, lose=0.05, damage=0.05, double=0.05, delay=0.05)
        run_all(Link(line, QUICK), 10)
        assert line.faults > 10


def test_steps_and_checksums_over_a_bad_line(eager: Path) -> None:
    with app_transport(eager) as transport:
        link = Link(BadTransport(transport, seed=5, lose=0.1, damage=0.1), QUICK)
        hello = link.hello()
        ticket = Inferences(link, hello).load(samples(1)[0].tobytes())
        for step in range(hello.steps):
            reply = link.request(Kind.STEP, wire.step_payload(ticket, step), wait=0.1)
            assert wire.parse_stepped(reply).step == step
        crc = wire.parse_crc(link.request(Kind.CRC, wire.crc_payload(ticket, 404, 4), wait=0.1))
        assert crc == (404, 4, zlib.crc32(tiny_output(samples(1)[0]).tobytes()))


@pytest.mark.parametrize("limits", [{"payload": 9}, {"payload": 0}, {"ring": 16, "overlap": "pause"}])
def test_a_board_that_can_take_no_input(limits: dict[str, object]) -> None:
    with pytest.raises(ProtocolError, match="accepts no input"):
        Inferences(Link(Scripted(lambda _: None)), a_hello(**limits))


@pytest.mark.parametrize("overlap", ["hold", "pause"])
@pytest.mark.parametrize("code", [wire.ErrorCode.GAP, wire.ErrorCode.INCOMPLETE])
def test_a_board_that_always_refuses(overlap: str, code: wire.ErrorCode) -> None:
    def refuse(frame: Frame) -> tuple[int, bytes]:
        return Kind.ERROR, messages._ERROR.pack(code, int.from_bytes(frame.payload[:4], "little"), 0)

    inferences = Inferences(Link(Scripted(refuse), BRIEF), a_hello(overlap=overlap))
    with pytest.raises(LinkError, match="silent"):
        inferences.run(bytes(400))


def test_a_board_that_acknowledges_nothing() -> None:
    def stall(frame: Frame) -> tuple[int, bytes]:
        return Kind.INPUT_ACK, frame.payload[:4] + bytes(4)

    with pytest.raises(LinkError, match="silent"):
        Inferences(Link(Scripted(stall), BRIEF), a_hello(overlap="pause")).run(bytes(400))


def test_a_board_that_stops_answering_during_an_inference(eager: Path) -> None:
    with app_transport(eager) as transport:
        link = Link(transport, Patience(hello=5.0, probe=0.1, silence=0.5))
        inferences = Inferences(link, link.hello())
        deaf = BadTransport(transport, seed=1, lose=1.0)
        link._transport = deaf
        with pytest.raises(LinkError, match="silent"):
            inferences.run(bytes(400))


def test_long_recoveries_do_not_make_the_host_slower(eager: Path) -> None:
    """Regression: each recovery lengthened the wait before the next RUN, so that a bad line got slower."""
    with app_transport(eager) as transport:
        line = BadTransport(transport, seed=0)
        link = Link(line, QUICK)
        inferences = Inferences(link, link.hello())
        line._chances = (0.2, 0.0, 0.0, 0.0)
        for image in samples(4):
            assert inferences.run(image.tobytes()).output == tiny_output(image).tobytes()
        assert link.retries > 0
        assert inferences._longest < 0.1


def test_a_malformed_result_is_refused() -> None:
    inferences = Inferences(Link(Scripted(lambda frame: (Kind.RESULT, b"short"))), a_hello())
    with pytest.raises(ProtocolError, match="malformed RESULT"):
        inferences.run(bytes(400))
