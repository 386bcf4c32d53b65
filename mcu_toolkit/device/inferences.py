"""Inferences over the link: inputs to the board, outputs back, in order; lost parts are sent again."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from mcu_toolkit import wire
from mcu_toolkit.device.link import Budget, Link, RefusedError
from mcu_toolkit.device.pace import Pace
from mcu_toolkit.errors import ProtocolError, WrongFirmwareError
from mcu_toolkit.wire import ErrorCode, Frame, Hello, Kind

_TICK = 0.05  # seconds between two checks of the deadlines while an inference runs
_SLOWEST_BYTE = 4e-4  # seconds per byte on the slowest link
_SOON = 0.002  # seconds until the next transmission where damage was seen: a refusal that tells more may follow
_FIRST_PROBE = 0.5  # seconds before RUN is repeated the first time, where bytes that arrive meanwhile do no harm
_LEAST_PROBE = 0.25  # seconds before RUN is repeated, where inferences are known to be quick
_MOST_PIECES = 512  # in a burst: sequence numbers must not come round within it


@dataclass(frozen=True)
class Answer:
    """The result of an inference: the bytes of all outputs, and the ticks that it took."""

    output: bytes
    ticks: int


@dataclass
class Pending:
    """An input whose outputs are not complete.

    Attributes:
        ticket: its number.
        data: the input.
        keep: the variables are not reset before it.
        steps: the input is for STEP: it is not run.
        placed: bytes that are in place on the board, as far as is known.
        best: most bytes that were in place so far.
        posted: bytes that were sent so far.
        size: bytes of data in the frames of the latest burst.
        epoch: sequence number of the first frame of its latest transmission; refusals of earlier ones are ignored.
        output: outputs so far; `missing` says which bytes.
        ticks: of the RESULT.
        stale: `placed` is what the board said after the latest transmission: the rest has to be sent again.
        doubtful: damage was seen since its transmission, and it may have been a part of this one.
    """

    ticket: int
    data: bytes
    keep: bool = False
    steps: bool = False
    placed: int = 0
    best: int = 0
    posted: int = 0
    size: int = 0
    epoch: int = 1
    output: bytearray = field(default_factory=bytearray)
    known: bytearray = field(default_factory=bytearray)
    ticks: int = 0
    stale: bool = False
    doubtful: bool = False

    @property
    def missing(self) -> int:
        """First byte of the outputs that has not arrived; -1 where all have."""
        return self.known.find(0) if self.known else 0

    def collect(self, result: wire.Result) -> bool:
        """Take a part of the outputs. Returns whether it holds bytes that were missing."""
        if not self.known:
            self.output, self.known = bytearray(result.total), bytearray(result.total)
        span = slice(result.offset, result.offset + len(result.data))
        new = 0 in self.known[span] or not result.total
        self.output[span] = result.data
        self.known[span] = b"\1" * len(result.data)
        self.ticks = result.ticks
        return new


class Inferences:
    """Runs inferences one after the other.

    With a board that holds bytes (overlap ``hold``) the next input is sent while the current one is computed, as long
    as the line is clean. In a sequence that keeps the variables it is not: until the next input begins, the board
    repeats a lost RESULT without running the model again, which would change the variables twice.

    Args:
        link: an open link.
        hello: of the board, with its limits.
        keep_variables: the inputs are a sequence: the model's variables are reset before the first only.
        resume: `pending` of an object whose port went away, in the same session: the board may hold a part of it.

    Attributes:
        pending: the input in progress.

    Raises:
        ProtocolError: the limits leave no room for an input.
    """

    def __init__(
        self, link: Link, hello: Hello, *, keep_variables: bool = False, resume: Pending | None = None
    ) -> None:
        self._link = link
        self._hello = hello
        self._sequence = keep_variables
        self._paced = hello.overlap == "pause"
        limit = min(hello.payload, wire.MAX_PAYLOAD) - wire.INPUT_HEADER
        if self._paced:
            limit = min(limit, hello.ring - wire.encoded_size(wire.INPUT_HEADER) - 1)
        if limit < 1:
            raise ProtocolError(
                f"the board on '{link.name}' accepts no input",
                expected="a receive buffer and a payload with room for a part of the input",
                received=f"payload {hello.payload}, ring {hello.ring}",
                hint="program the board again: mcutk flash",
            )
        self._pace = Pace(limit, paced=self._paced)
        self._seen = (0, 0, 0)
        # The ticket after that of `resume` may have been that of the input sent ahead, with other bytes.
        self._ticket = (
            (resume.ticket + 1) & 0xFFFFFFFF if resume is not None else int.from_bytes(os.urandom(4), "little")
        )
        self.pending = resume
        self._started = False
        self._ahead: Pending | None = None
        self._longest = 0.0

    def run(self, data: bytes, following: bytes | None = None) -> Answer:
        """Run one inference.

        Args:
            data: bytes of the inputs.
            following: `data` of the next call, sent ahead if the board holds bytes.

        Raises:
            LinkError: no progress for `Patience.silence` seconds, or the board refuses the input; a RefusedError with
                the code ``order`` says that it does not hold the variables of the sequence any more.
            WrongFirmwareError: the board was restarted with other firmware.
            PortError: the port went away; a new link and a new object are needed.
        """
        current = self._ahead if self._ahead is not None and self._ahead.data == data else None
        self._ahead = None
        if current is None and self.pending is not None and self.pending.data == data:
            current = self.pending
            self._again(current)
        elif current is None:
            current = self.pending = Pending(self._next_ticket(), data, self._sequence and self._started)
            self._started = True
            self._send(current)
        self.pending = current
        if following is not None and not self._sequence and self._pace.clean and self._fits(data, following):
            self._ahead = Pending(self._next_ticket(), following)
            self._send(self._ahead)
        self._complete(current)
        self.pending = None
        return Answer(bytes(current.output), current.ticks)

    def load(self, data: bytes) -> int:
        """Send an input without running it, for STEP. Returns its ticket.

        Raises:
            LinkError: as `run`.
        """
        self._ahead = None
        pending = Pending(self._next_ticket(), data, steps=True)
        self._send(pending)
        self._complete(pending)
        return pending.ticket

    def _next_ticket(self) -> int:
        self._ticket = (self._ticket + 1) & 0xFFFFFFFF
        return self._ticket

    def _fits(self, *inputs: bytes) -> bool:
        """Whether whole inputs go out in one burst each."""
        return all(len(data) <= min(self._pace.burst, _MOST_PIECES * self._pace.piece) for data in inputs)

    def _send(self, pending: Pending, *, fresh: bool = False, repair: bool = False) -> None:
        """Send the next burst of an input, and RUN where it is the last; RUN alone where the input is in place.

        With `repair` only the piece after `placed` is sent: the board may have kept those that follow.
        """
        piece, at = pending.size if repair else self._pace.piece, pending.placed
        pending.size = piece
        most = piece if repair else min(self._pace.burst, piece * _MOST_PIECES)
        end = min(at + most, len(pending.data))
        whole = end == len(pending.data)
        runs = not pending.steps and (whole and (not self._paced or at == end))
        requests = [
            self._piece(pending, start, min(start + piece, end), acknowledge=not runs and start + piece >= end)
            for start in range(at, end, piece)
        ]
        if runs:
            requests.append(self._run(pending))
        if requests:
            pending.epoch = self._link.post(*requests, fresh=fresh)
            pending.posted = max(pending.posted, end)
        pending.stale = False

    def _run(self, pending: Pending) -> tuple[Kind, bytes]:
        wanted = min(self._pace.piece, wire.RESULT_PIECE)
        return Kind.RUN, wire.run_payload(pending.ticket, max(pending.missing, 0), wanted)

    @staticmethod
    def _piece(pending: Pending, at: int, end: int, *, acknowledge: bool) -> tuple[Kind, bytes]:
        data = pending.data[at:end]
        return Kind.INPUT, wire.input_payload(pending.ticket, at, data, acknowledge=acknowledge, keep=pending.keep)

    def _complete(self, current: Pending) -> None:
        """Wait until the outputs are complete, or the input is in place where it is for STEP."""
        link, budget = self._link, Budget(self._link.patience.silence)
        began, before = time.monotonic(), link.retries
        waits = 1  # times that the latest burst was sent without any sign of it
        suspect = self._errors() or current.stale or current.doubtful
        again = began + (_SOON if suspect else self._wait(current, waits))
        while not self._is_complete(current):
            if budget.left <= 0.0:
                raise link.silence(f"{budget.seconds:g} s without progress")
            now = time.monotonic()
            if now >= again:
                waits = 1 if suspect else waits + 1
                if not suspect:
                    self._pace.note(0, 0, 1)  # lost without a trace
                self._again(current)
                suspect = False
                again = time.monotonic() + self._wait(current, waits)
            frame = link.poll(min(_TICK, max(again - now, 0.0)))
            epoch = current.epoch
            progress, damage = self._take(current, frame) if frame is not None else (False, False)
            if progress:
                budget.renew()
            if progress or current.epoch != epoch:
                suspect, waits = False, 1
                again = time.monotonic() + self._wait(current, waits)
            if self._errors() or damage:
                suspect, again = True, min(again, time.monotonic() + _SOON)
        if link.retries == before:  # a time with a recovery in it does not tell how long the board computes
            self._longest = max(self._longest, time.monotonic() - began)

    @staticmethod
    def _is_complete(current: Pending) -> bool:
        if current.steps:
            return current.placed == len(current.data)
        return bool(current.known) and current.missing < 0

    def _again(self, current: Pending) -> None:
        """Find out what arrived: RUN is answered by the outputs, or by the bytes in place; else a part is repeated."""
        self._link.retries += 1
        if self._paced or current.steps or current.stale:
            self._send(current, fresh=True)
        else:
            current.epoch = self._link.post(self._run(current), fresh=True)

    def _wait(self, current: Pending, waits: int) -> float:
        """Seconds before the latest burst is repeated: longer on a slow board, and with each repetition."""
        patience = self._link.patience
        computes = not current.steps and (not self._paced or current.placed == len(current.data))
        if not computes:  # only an acknowledgement is due
            return min(min(patience.answer, _LEAST_PROBE) * 2.0 ** (waits - 1), patience.silence / 4.0)
        first = patience.probe if self._paced else min(patience.probe, _FIRST_PROBE)
        if self._longest:
            first = min(first, _LEAST_PROBE) if 3.0 * self._longest < _LEAST_PROBE else 3.0 * self._longest
        burst = 0 if self._paced else min(len(current.data) - current.placed, self._pace.burst)
        ahead = len(self._ahead.data) if self._ahead is not None else 0
        return min(first * 2.0 ** (waits - 1), patience.silence / 4.0) + _SLOWEST_BYTE * (burst + ahead)

    def _errors(self) -> bool:
        """Tell `Pace` about the traffic since the last call. Returns whether a frame from the board was damaged."""
        link, (count, frames, damaged) = self._link, self._seen
        self._seen = (link.sent + link.received, link.frames, link.damaged)
        self._pace.note(self._seen[0] - count, self._seen[1] - frames, self._seen[2] - damaged)
        return link.damaged != damaged

    def _take(self, current: Pending, frame: Frame) -> tuple[bool, bool]:
        """Handle a frame. Returns whether it is progress, and whether it says that something was lost."""
        if frame.kind == Kind.RESULT:
            return self._collect(current, wire.parse_result(frame.payload))
        if frame.kind == Kind.INPUT_ACK:
            ticket, placed = wire.parse_ack(frame.payload)
            if ticket == current.ticket and self._link.is_since(frame, current.epoch):
                return self._placed(current, placed)
        elif frame.kind == Kind.ERROR:
            return self._refused(current, frame)
        return False, False

    def _collect(self, current: Pending, result: wire.Result) -> tuple[bool, bool]:
        found = next((p for p in (current, self._ahead) if p is not None and p.ticket == result.ticket), None)
        if found is None:
            return False, False
        if result.build != self._hello.build_sha256[: len(result.build)]:
            raise WrongFirmwareError(
                f"the board on '{self._link.name}' was restarted with other firmware",
                expected=f"build {self._hello.build_sha256[:16]}…",
                received=f"build {result.build}…",
                hint="mcutk flash, then run the same command again",
            )
        if result.total != self._hello.output_bytes:
            raise ProtocolError(
                "the board sent outputs of the wrong size",
                expected=f"{self._hello.output_bytes} bytes",
                received=f"{result.total} bytes",
                hint="program the board again: mcutk flash",
            )
        found.placed = len(found.data)
        new = found.collect(result)
        last = result.offset + len(result.data) == result.total
        return new and found is current, found is current and last and current.missing >= 0

    def _placed(self, current: Pending, placed: int) -> tuple[bool, bool]:
        """The board says how much of the input is in place: go on from there, at once."""
        if placed > len(current.data):
            raise ProtocolError(
                "the board acknowledges more than it was sent",
                expected=f"at most {len(current.data)} bytes",
                received=f"{placed} bytes",
                hint="program the board again: mcutk flash",
            )
        current.placed = placed
        progress = placed > current.best
        current.best = max(placed, current.best)
        if progress and not self._is_complete(current):
            self._send(current)
        return progress, not progress

    def _refused(self, current: Pending, frame: Frame) -> tuple[bool, bool]:
        refusal = wire.parse_error(frame.payload)
        if refusal.code == ErrorCode.DAMAGED:
            self._pace.note(0, 0, 1)
            if self._ahead is not None:
                self._ahead.doubtful = True  # nothing says which of the two it was
            return False, True
        found = next((p for p in (current, self._ahead) if p is not None and p.ticket == refusal.ticket), current)
        if not self._link.is_since(frame, found.epoch):
            return False, False  # refers to an earlier transmission
        if refusal.code not in (ErrorCode.GAP, ErrorCode.INCOMPLETE):
            raise RefusedError(Kind.RUN, refusal)
        if refusal.ticket != found.ticket:
            return False, False
        self._link.retries += 1
        self._ahead = self._ahead if found is self._ahead else None  # the next call sends it again
        found.placed = min(refusal.detail, len(found.data))
        found.stale = True
        progress = found is current and found.placed > found.best
        found.best = max(found.best, found.placed)
        if found is current:
            gap = current.placed + current.size < current.posted and current.size <= 2 * self._pace.piece
            self._send(current, fresh=True, repair=gap)
        return progress, False
