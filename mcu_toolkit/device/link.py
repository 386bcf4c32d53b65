"""The host's end of the link: frames over a transport, and requests with retries.

`docs/protocol.md` is the specification. Loss, damage, duplication and delay are handled alike: a request without an
answer is sent again, and the board ignores what it already has.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mcu_toolkit import wire
from mcu_toolkit.device.transport import Transport
from mcu_toolkit.errors import CrashError, LinkError, ProtocolError
from mcu_toolkit.wire import ErrorCode, Frame, Hello, Kind

#: What to try after a crash of the firmware.
CRASH_HINT = "a stack overflow is the usual cause: raise memory.stack_bytes in the board's descriptor"

_ATTEMPTS = 8
_GARBAGE = 24  # first bytes received, kept for the message about a port that sends no frames


@dataclass(frozen=True)
class Patience:
    """Times that the host waits, in seconds.

    Attributes:
        hello: for the first answer of a board, which may have to start or to appear on USB.
        answer: before a short request is repeated.
        probe: before RUN is repeated while no answer comes; a repeated RUN has no effect.
        silence: before a board that sends nothing during an inference is reported as silent.
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


class Link:
    """Frames and requests over a transport.

    Args:
        transport: an open port.
        patience: how long to wait.
        fault_name: name of an exception of the board's core, from its number.

    Attributes:
        sent, received: bytes so far.
        retries: frames and inputs that were sent again.
    """

    def __init__(
        self, transport: Transport, patience: Patience | None = None, fault_name: Callable[[int], str] = str
    ) -> None:
        self._transport = transport
        self._fault_name = fault_name
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
        """Stretches of bytes from the board that were not a frame."""
        return self._decoder.damaged

    def post(self, *requests: tuple[Kind, bytes], fresh: bool = False) -> int:
        """Send frames without waiting for replies. Returns the sequence number of the first.

        With `fresh` a zero comes first, which ends a partial frame that the board may have received.
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
        """The next valid frame, or None after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self._frames:
            data = self._transport.read(max(deadline - time.monotonic(), 0.0))
            self.received += len(data)
            if len(self._heard) < _GARBAGE:
                self._heard += data[:_GARBAGE]
            for frame in self._decoder.feed(data):
                self._refuse_crash(frame)
                self._frames.append(frame)
            if not data and time.monotonic() >= deadline:
                return None
        return self._frames.popleft()

    def _refuse_crash(self, frame: Frame) -> None:
        """Raise CrashError where a board says that it restarts because of a fault."""
        if frame.kind == Kind.ERROR and (refusal := wire.parse_error(frame.payload)).code == ErrorCode.FAULT:
            raise CrashError(
                f"the firmware on '{self.name}' crashed: {self._fault_name(refusal.detail)}", hint=CRASH_HINT
            )

    def request(
        self, kind: Kind, payload: bytes = b"", *, wait: float | None = None, attempts: int = _ATTEMPTS
    ) -> bytes:
        """Send a request until its reply comes. Returns the payload of the reply.

        Args:
            kind, payload: the request.
            wait: seconds before it is repeated; `Patience.answer` by default.
            attempts: number of times that it is sent at most.

        Raises:
            LinkError: the board refuses it, or stays silent.
            ProtocolError: the bytes that come are not frames.
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
        raise self.silence(f"{attempts} attempts of {kind.name}")

    def hello(self) -> Hello:
        """Ask the board for its identity; waits for `Patience.hello` seconds.

        Raises:
            LinkError: nothing answers.
            ProtocolError: something answers that does not speak the protocol.
        """
        wait = 0.25
        attempts = max(int(self.patience.hello / wait), 1)
        before = self.retries
        reply = wire.parse_hello(self.request(Kind.HELLO, wait=wait, attempts=attempts))
        self.retries = before  # a board that is still starting is not a lossy link
        return reply

    def silence(self, what: str) -> LinkError:
        """The error for a board that does not answer; `what` says what was waited for."""
        if self._heard and not self._decoder.whole:
            return ProtocolError(
                f"the device on '{self.name}' does not speak the protocol",
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
