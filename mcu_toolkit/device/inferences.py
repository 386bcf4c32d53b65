"""Inferences over the link: inputs to the board, outputs back, in order; lost parts are sent again."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from mcu_toolkit import wire
from mcu_toolkit.device.link import Link, RefusedError
from mcu_toolkit.errors import LinkError, ProtocolError
from mcu_toolkit.wire import ErrorCode, Frame, Hello, Kind

_TICK = 0.05  # seconds between two checks of the deadlines while an inference runs
_RECOVERIES = 200  # times that one input is sent again before an error
_SLOWEST_BYTE = 4e-4  # seconds per byte on the slowest link
_SOON = 0.1  # seconds before RUN is repeated after a damaged frame


@dataclass(frozen=True)
class Answer:
    """The result of an inference: the bytes of all outputs, and the ticks that it took."""

    output: bytes
    ticks: int


@dataclass
class _Pending:
    """An inference whose output is not complete.

    Attributes:
        ticket: its number.
        data: the input.
        keep: the variables are not reset before it.
        epoch: sequence number of the first frame of its latest transmission; refusals of earlier ones are ignored.
        pieces: output bytes by offset.
        ticks, total: of the RESULT; total is -1 before the first.
        recoveries: times that the input was sent again.
    """

    ticket: int
    data: bytes
    keep: bool = False
    epoch: int = 0
    pieces: dict[int, bytes] = field(default_factory=dict)
    ticks: int = 0
    total: int = -1
    recoveries: int = 0

    def answer(self) -> Answer | None:
        """The whole output, or None while parts of it are missing."""
        output = b""
        while len(output) in self.pieces and len(output) != self.total:
            piece = self.pieces[len(output)]
            if not piece:
                break
            output += piece
        return Answer(output, self.ticks) if len(output) == self.total else None


class Inferences:
    """Runs inferences one after the other.

    With a board that holds bytes (overlap ``hold``) the next input is sent while the current one is computed. In a
    sequence that keeps the variables it is not: until the next input begins, the board repeats a lost RESULT without
    running the model again, which would change the variables twice.

    Args:
        link: an open link.
        hello: of the board, with its limits.
        keep_variables: the inputs are a sequence: the model's variables are reset before the first only.

    Raises:
        ProtocolError: the limits leave no room for an input.
    """

    def __init__(self, link: Link, hello: Hello, *, keep_variables: bool = False) -> None:
        self._link = link
        self._sequence = keep_variables
        self._limit = hello.payload - wire.INPUT_HEADER
        self._paced = hello.overlap == "pause"
        if self._paced:
            fits = hello.ring - wire.encoded_size(wire.INPUT_HEADER) - 1
            self._limit = min(self._limit, fits)
        if self._limit < 1:
            raise ProtocolError(
                f"the board on '{link.name}' accepts no input",
                expected="a receive buffer and a payload with room for a part of the input",
                received=f"payload {hello.payload}, ring {hello.ring}",
                hint="program the board again: mcutk flash",
            )
        self._ticket = int.from_bytes(os.urandom(4), "little") & 0x7FFFFFFF
        self._started = False
        self._ahead: _Pending | None = None
        self._longest = 0.0

    def run(self, data: bytes, following: bytes | None = None) -> Answer:
        """Run one inference.

        Args:
            data: bytes of the inputs.
            following: `data` of the next call, sent ahead if the board holds bytes.

        Raises:
            LinkError: the board stays silent or refuses the input; a RefusedError with the code ``order`` says that it
                does not hold the variables of the sequence any more.
            PortError: the port went away; a new link and a new object are needed.
        """
        current = self._ahead if self._ahead is not None and self._ahead.data == data else self._begin(data)
        self._ahead = None
        if following is not None and not self._paced and not self._sequence:
            self._ahead = self._begin(following)
        return self._await(current)

    def load(self, data: bytes) -> int:
        """Send an input without running it, for STEP. Returns its ticket.

        Raises:
            LinkError: as `run`.
        """
        self._ahead = None
        ticket = self._next_ticket()
        self._deliver(_Pending(ticket, data), 0)
        return ticket

    def _next_ticket(self) -> int:
        self._ticket = (self._ticket + 1) & 0xFFFFFFFF
        return self._ticket

    def _begin(self, data: bytes) -> _Pending:
        pending = _Pending(self._next_ticket(), data, self._sequence and self._started)
        self._started = True
        self._transmit(pending, 0)
        return pending

    def _transmit(self, pending: _Pending, start: int) -> None:
        """Send the input from `start` on, then RUN."""
        run = (Kind.RUN, wire.run_payload(pending.ticket))
        if self._paced:
            self._deliver(pending, start)
            pending.epoch = self._link.post(run)
        else:
            offsets = range(start, len(pending.data), self._limit)
            pieces = [self._piece(pending, at, acknowledge=False) for at in offsets]
            pending.epoch = self._link.post(*pieces, run)

    def _deliver(self, pending: _Pending, at: int) -> None:
        """Send the input from `at` on; each part is acknowledged before the next is sent."""
        stalled = 0
        while at < len(pending.data):
            try:
                _, reached = wire.parse_ack(self._link.request(*self._piece(pending, at, acknowledge=True)))
            except RefusedError as refused:
                if refused.refusal.code != ErrorCode.GAP:
                    raise
                self._link.retries += 1  # the board has restarted
                reached = min(refused.refusal.detail, at)
            stalled = 0 if reached > at else stalled + 1
            if stalled > _RECOVERIES:
                raise self._refuses_always()
            at = reached

    def _piece(self, pending: _Pending, at: int, *, acknowledge: bool) -> tuple[Kind, bytes]:
        data = pending.data[at : at + self._limit]
        return Kind.INPUT, wire.input_payload(pending.ticket, at, data, acknowledge=acknowledge, keep=pending.keep)

    def _await(self, current: _Pending) -> Answer:
        patience, link = self._link.patience, self._link
        given_up = time.monotonic() + patience.silence
        # Unacknowledged bytes may take long on a slow line, or to an emulator on a busy machine.
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
        if link.retries == before:  # a time with a recovery in it does not tell how long the board computes
            self._longest = max(self._longest, time.monotonic() - began)
        return answer

    def _next_probe(self) -> float:
        """Time of the next RUN, later on a slow board: an inference in progress is not asked for again."""
        patience = self._link.patience
        return time.monotonic() + min(max(patience.probe, 3.0 * self._longest), patience.silence / 4.0)

    def _collect(self, current: _Pending, result: wire.Result) -> None:
        for pending in (current, self._ahead):
            if pending is not None and pending.ticket == result.ticket:
                pending.total, pending.ticks = result.total, result.ticks
                pending.pieces[result.offset] = result.data

    def _recover(self, current: _Pending, frame: Frame) -> bool:
        """Handle a refusal. Returns whether RUN has to be repeated soon."""
        refusal = wire.parse_error(frame.payload)
        if refusal.code == ErrorCode.DAMAGED:
            return True
        if (frame.sequence - current.epoch) & 0xFFFF >= 0x8000:
            return False  # refers to an earlier transmission
        if refusal.code in (ErrorCode.GAP, ErrorCode.INCOMPLETE):
            if refusal.ticket == current.ticket:
                current.recoveries += 1
                if current.recoveries > _RECOVERIES:
                    raise self._refuses_always()
                self._link.retries += 1
                self._ahead = None  # the next call sends it again
                current.pieces.clear()
                self._transmit(current, min(refusal.detail, len(current.data)))
            return False
        raise RefusedError(Kind.RUN, refusal)

    def _refuses_always(self) -> LinkError:
        return LinkError(
            f"the board on '{self._link.name}' never accepts the whole input",
            expected="an answer",
            received=f"{_RECOVERIES} refusals of one input",
            hint="the line loses too many bytes, or another program writes to it: check the wiring and the baud rate",
        )
