"""The host's end of the link: frames over a transport, requests with retries, and inferences with go-back recovery.

`docs/protocol.md` is the specification. Loss, damage, duplication and delay are all met in the same way: what is not
answered is sent again, and the board drops what it has already.
"""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import dataclass, field

from mcu_toolkit import wire
from mcu_toolkit.device.transport import Transport
from mcu_toolkit.errors import LinkError, ProtocolError
from mcu_toolkit.wire import ErrorCode, Frame, Hello, Kind

_ATTEMPTS = 8
_GARBAGE = 24
_TICK = 0.05  # seconds between looks at the clock while an inference runs
_RECOVERIES = 200  # of one input, until it is given up
_SLOWEST_BYTE = 4e-4  # seconds
_SOON = 0.1  # seconds until an inference is asked for again after damage was seen


@dataclass(frozen=True)
class Patience:
    """How long the host waits, in seconds.

    Attributes:
        hello: for the first answer of a board: it may have to start, or to come back on USB.
        answer: until a short request is repeated.
        probe: until a silent inference is asked for again. Asking twice is harmless.
        silence: until a board that answers nothing during an inference is given up.
    """

    hello: float = 8.0
    answer: float = 1.0
    probe: float = 3.0
    silence: float = 120.0


class RefusedError(LinkError):
    """The board answered a request with an ERROR frame; `refusal` holds it."""

    def __init__(self, kind: Kind, refusal: wire.Refusal) -> None:
        super().__init__(
            f"the board refused {kind.name}: {refusal.name}",
            received=f"detail {refusal.detail}",
            hint="program the board again: mcutk flash",
        )
        self.refusal = refusal


@dataclass(frozen=True)
class Answer:
    """An inference: raw output bytes, and the timer's ticks."""

    output: bytes
    ticks: int


class Link:
    """Frames and requests.

    Attributes:
        sent, received: bytes.
        retries: frames and transmissions repeated.
    """

    def __init__(self, transport: Transport, patience: Patience | None = None) -> None:
        self._transport = transport
        self.patience = patience or Patience()
        self._decoder = wire.FrameDecoder()
        self._frames: deque[Frame] = deque()
        self._sequence = int.from_bytes(os.urandom(2), "little")
        self._heard = bytearray()
        self.sent = 0
        self.received = 0
        self.retries = 0

    @property
    def name(self) -> str:
        """The port, for messages."""
        return self._transport.name

    @property
    def damaged(self) -> int:
        """Stretches of bytes from the board that were no frame."""
        return self._decoder.damaged

    def post(self, *requests: tuple[Kind, bytes], fresh: bool = False) -> int:
        """Send frames without waiting; returns the sequence number of the first.

        `fresh` puts a zero in front, which closes whatever half a frame the board may still hold.
        """
        first = (self._sequence + 1) & 0xFFFF
        data = bytearray(b"\0" if fresh else b"")
        for kind, payload in requests:
            self._sequence = (self._sequence + 1) & 0xFFFF
            data += wire.encode_frame(Frame(kind, self._sequence, payload))
        self._transport.write(bytes(data))
        self.sent += len(data)
        return first

    def poll(self, timeout: float) -> Frame | None:
        """The next whole frame, or None once `timeout` seconds have passed."""
        deadline = time.monotonic() + timeout
        while not self._frames:
            data = self._transport.read(max(deadline - time.monotonic(), 0.0))
            self.received += len(data)
            if len(self._heard) < _GARBAGE:
                self._heard += data[:_GARBAGE]
            self._frames.extend(self._decoder.feed(data))
            if not data and time.monotonic() >= deadline:
                return None
        return self._frames.popleft()

    def request(
        self, kind: Kind, payload: bytes = b"", *, wait: float | None = None, attempts: int = _ATTEMPTS
    ) -> bytes:
        """Send a request until its reply comes; the reply's payload.

        Args:
            kind, payload: the request.
            wait: seconds until it is repeated; `Patience.answer` by default.
            attempts: how often it is sent at most.

        Raises:
            LinkError: the board refuses it, or stays silent.
            ProtocolError: only bytes come that are no frames.
        """
        for attempt in range(attempts):
            number = self.post((kind, payload), fresh=attempt > 0)
            self.retries += attempt > 0
            deadline = time.monotonic() + (self.patience.answer if wait is None else wait)
            while (frame := self.poll(max(deadline - time.monotonic(), 0.0))) is not None:
                if frame.sequence == number and frame.kind == kind | 0x80:
                    return frame.payload
                if frame.kind == Kind.ERROR:
                    refusal = wire.parse_error(frame.payload)
                    if frame.sequence == number:
                        raise self._refused(kind, refusal)
                    if refusal.code == ErrorCode.DAMAGED:
                        break
        raise self.silence(f"{attempts} tries of {kind.name}")

    def hello(self) -> Hello:
        """Ask the board who it is, patiently.

        Raises:
            LinkError: nothing answers.
            ProtocolError: something answers that does not speak the protocol.
        """
        wait = 0.25
        attempts = max(int(self.patience.hello / wait), 1)
        before = self.retries
        reply = wire.parse_hello(self.request(Kind.HELLO, wait=wait, attempts=attempts))
        self.retries = before  # waiting for a board to start is no repeat
        return reply

    def silence(self, what: str) -> LinkError:
        """The error for a board that does not answer: garbage, if bytes came, or silence."""
        if self._heard and not self._decoder.whole:
            return ProtocolError(
                f"what answers on '{self.name}' does not speak the protocol",
                expected="frames of docs/protocol.md",
                received=f"{self.received} bytes, beginning {bytes(self._heard).hex(' ')}",
                hint="check the port, the baud rate and the wiring, then program the board: mcutk flash",
            )
        return LinkError(
            f"the board on '{self.name}' is silent",
            expected="an answer",
            received=f"nothing after {what}",
            hint="press its reset button, check the wiring (TX to RX), or program it: mcutk flash",
        )

    def _refused(self, kind: Kind, refusal: wire.Refusal) -> LinkError:
        if refusal.code == ErrorCode.VERSION:
            return ProtocolError(
                f"the board on '{self.name}' speaks another version of the protocol",
                expected=f"version {wire.VERSION}",
                received=f"version {refusal.detail}",
                hint="build and program it again: mcutk build && mcutk flash",
            )
        return RefusedError(kind, refusal)


@dataclass
class _Pending:
    """An inference on its way.

    Attributes:
        ticket: its number.
        data: the input.
        epoch: sequence number of the first frame of the latest transmission; older refusals are stale.
        pieces: output bytes by offset.
    """

    ticket: int
    data: bytes
    epoch: int = 0
    pieces: dict[int, bytes] = field(default_factory=dict)
    ticks: int = 0
    total: int = -1
    recoveries: int = 0

    def answer(self) -> Answer | None:
        """The whole output, or None while pieces are missing."""
        output = b""
        while len(output) in self.pieces and len(output) != self.total:
            piece = self.pieces[len(output)]
            if not piece:
                break
            output += piece
        return Answer(output, self.ticks) if len(output) == self.total else None


class Inferences:
    """Inputs to the board, answers back, in order. With a board that holds bytes, the next input travels meanwhile.

    Args:
        link: an open link.
        hello: the board's, for its limits.

    Raises:
        ProtocolError: the limits leave no room for an input.
    """

    def __init__(self, link: Link, hello: Hello) -> None:
        self._link = link
        self._limit = hello.payload - wire.INPUT_HEADER
        self._paced = hello.overlap == "pause"
        if self._paced:
            fits = hello.ring - wire.encoded_size(wire.INPUT_HEADER) - 1
            self._limit = min(self._limit, fits)
        if self._limit < 1:
            raise ProtocolError(
                f"the board on '{link.name}' says that it can take no input",
                expected="a receive buffer and a payload that hold a piece of the input",
                received=f"payload {hello.payload}, ring {hello.ring}",
                hint="program the board again: mcutk flash",
            )
        self._ticket = int.from_bytes(os.urandom(4), "little") & 0x7FFFFFFF
        self._ahead: _Pending | None = None
        self._longest = 0.0

    def run(self, data: bytes, following: bytes | None = None) -> Answer:
        """One inference.

        Args:
            data: the input tensor.
            following: the input of the next call, sent ahead where the board holds bytes.

        Raises:
            LinkError: the board stays silent or refuses the input.
            PortError: the port went away; begin anew on a new link.
        """
        current = self._ahead if self._ahead is not None and self._ahead.data == data else self._begin(data)
        self._ahead = None
        if following is not None and not self._paced:
            self._ahead = self._begin(following)
        return self._await(current)

    def load(self, data: bytes) -> int:
        """Send an input without running it, for STEP; its ticket.

        Raises:
            LinkError: as `run`.
        """
        self._ahead = None
        ticket = self._next_ticket()
        self._deliver(ticket, data, 0)
        return ticket

    def _next_ticket(self) -> int:
        self._ticket = (self._ticket + 1) & 0xFFFFFFFF
        return self._ticket

    def _begin(self, data: bytes) -> _Pending:
        pending = _Pending(self._next_ticket(), data)
        self._transmit(pending, 0)
        return pending

    def _transmit(self, pending: _Pending, start: int) -> None:
        """Input from `start` on, then RUN."""
        run = (Kind.RUN, wire.run_payload(pending.ticket))
        if self._paced:
            self._deliver(pending.ticket, pending.data, start)
            pending.epoch = self._link.post(run)
        else:
            offsets = range(start, len(pending.data), self._limit)
            pieces = [self._piece(pending.ticket, pending.data, at, acknowledge=False) for at in offsets]
            pending.epoch = self._link.post(*pieces, run)

    def _deliver(self, ticket: int, data: bytes, at: int) -> None:
        """Input from `at` on; every piece is acknowledged before the next is sent."""
        stalled = 0
        while at < len(data):
            try:
                _, reached = wire.parse_ack(self._link.request(*self._piece(ticket, data, at, acknowledge=True)))
            except RefusedError as refused:
                if refused.refusal.code != ErrorCode.GAP:
                    raise
                self._link.retries += 1  # the board started anew meanwhile
                reached = min(refused.refusal.detail, at)
            stalled = 0 if reached > at else stalled + 1
            if stalled > _RECOVERIES:
                raise self._refuses_always()
            at = reached

    def _piece(self, ticket: int, data: bytes, at: int, *, acknowledge: bool) -> tuple[Kind, bytes]:
        return Kind.INPUT, wire.input_payload(ticket, at, data[at : at + self._limit], acknowledge=acknowledge)

    def _await(self, current: _Pending) -> Answer:
        patience, link = self._link.patience, self._link
        given_up = time.monotonic() + patience.silence
        # What was posted unacknowledged may still be on its way, on a slow line or to an emulator of a busy machine.
        on_the_way = 0 if self._paced else len(current.data) + len(self._ahead.data if self._ahead else b"")
        probe = self._next_probe() + _SLOWEST_BYTE * on_the_way
        damaged = link.damaged
        began, before = time.monotonic(), link.retries
        while (answer := current.answer()) is None:
            now = time.monotonic()
            if now > given_up:
                raise link.silence(f"{patience.silence:g} s of waiting for an answer")
            if now >= probe:
                link.retries += 1
                link.post((Kind.RUN, wire.run_payload(current.ticket)), fresh=True)
                probe = self._next_probe()
            frame = link.poll(_TICK)
            if link.damaged != damaged:
                damaged = link.damaged
                probe = min(probe, time.monotonic() + _SOON)
            if frame is None:
                continue
            given_up = time.monotonic() + patience.silence
            if frame.kind == Kind.RESULT:
                self._collect(current, wire.parse_result(frame.payload))
            elif frame.kind == Kind.ERROR and self._recover(current, frame):
                probe = min(probe, time.monotonic() + _SOON)
        if link.retries == before:  # what recovery takes says nothing of how long the board computes
            self._longest = max(self._longest, time.monotonic() - began)
        return answer

    def _next_probe(self) -> float:
        """Later on a slow board: an inference that is still being computed is not asked for again."""
        patience = self._link.patience
        return time.monotonic() + min(max(patience.probe, 3.0 * self._longest), patience.silence / 4.0)

    def _collect(self, current: _Pending, result: wire.Result) -> None:
        for pending in (current, self._ahead):
            if pending is not None and pending.ticket == result.ticket:
                pending.total, pending.ticks = result.total, result.ticks
                pending.pieces[result.offset] = result.data

    def _recover(self, current: _Pending, frame: Frame) -> bool:
        """React to a refusal; True if the inference is to be asked for again soon."""
        refusal = wire.parse_error(frame.payload)
        if refusal.code == ErrorCode.DAMAGED:
            return True
        if (frame.sequence - current.epoch) & 0xFFFF >= 0x8000:
            return False  # answers an earlier transmission
        if refusal.code in (ErrorCode.GAP, ErrorCode.INCOMPLETE):
            if refusal.ticket == current.ticket:
                current.recoveries += 1
                if current.recoveries > _RECOVERIES:
                    raise self._refuses_always()
                self._link.retries += 1
                self._ahead = None  # sent again by the next call
                current.pieces.clear()
                self._transmit(current, min(refusal.detail, len(current.data)))
            return False
        raise RefusedError(Kind.RUN, refusal)

    def _refuses_always(self) -> LinkError:
        return LinkError(
            f"the board on '{self._link.name}' never takes the whole input",
            expected="an answer",
            received=f"{_RECOVERIES} refusals of one input",
            hint="the line loses too much, or another program writes to it: check the wiring and the baud rate",
        )
