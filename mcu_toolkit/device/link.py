"""The host's end of the link: frames over a transport, and requests with retries.

`docs/protocol.md` is the specification. Loss, damage, duplication and delay are handled alike: a request without an
answer is sent again, and the board ignores what it already has. Every wait ends: frames that are not an answer do not
prolong it.
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

_GARBAGE = 24  # first bytes received, kept for the message about a port that sends no frames
_CHUNK = 1024  # bytes written before the replies so far are read: two full buffers would wait for each other
_QUEUE = 1024  # frames kept; a peer that sends more than is asked for loses the oldest
_AGAIN = 0.005  # seconds between two transmissions of a request at least
_SEQUENCES = 0xFFFF  # 1 to 65,535; 0 is that of frames without a request


@dataclass(frozen=True)
class Patience:
    """Times that the host waits, in seconds.

    Attributes:
        hello: for the first answer of a board, which may have to start or to appear on USB.
        answer: before a short request is repeated for the first time; each further wait is twice as long.
        probe: before RUN is repeated for the first time, until the duration of an inference is known.
        silence: without progress before an error; nothing but progress renews it.
    """

    hello: float = 8.0
    answer: float = 1.0
    probe: float = 3.0
    silence: float = 25.0


class Budget:
    """Time that is left until an error. Only progress renews it, not what arrives."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Progress was made."""
        self._end = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        """Seconds until the error; not above 0 once it is due."""
        return self._end - time.monotonic()


class RefusedError(LinkError):
    """The board answered a request with an ERROR frame; `refusal` holds it."""

    def __init__(self, kind: Kind, refusal: wire.Refusal) -> None:
        super().__init__(
            f"the board refused {kind.name}: {refusal.name}",
            received=f"detail {refusal.detail}",
            hint="program the board again: mcutk flash",
        )
        self.refusal = refusal


def new_session() -> int:
    """A random session number: nobody else can ask the board for what this session has sent."""
    return int.from_bytes(os.urandom(4), "little")


class Link:
    """Frames and requests over a transport.

    Args:
        transport: an open port.
        patience: how long to wait.
        fault_name: name of an exception of the board's core, from its number.
        session: of an earlier link to the same board, which this one continues; by default a new one.

    Attributes:
        sent, received: bytes so far.
        frames: frames sent, and frames and damaged frames received.
        retries: frames and inputs that were sent again.
    """

    def __init__(
        self,
        transport: Transport,
        patience: Patience | None = None,
        fault_name: Callable[[int], str] = str,
        session: int | None = None,
    ) -> None:
        self._transport = transport
        self._fault_name = fault_name
        self.patience = patience or Patience()
        self._decoder = wire.FrameDecoder()
        self._queue: deque[Frame] = deque(maxlen=_QUEUE)
        self._sequence = int.from_bytes(os.urandom(2), "little") % _SEQUENCES
        self._session = new_session() if session is None else session
        self._heard = bytearray()
        self._echoes = 0
        self._posted = 0
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

    @property
    def frames(self) -> int:
        """Frames in both directions so far, damaged ones included."""
        return self._posted + self._decoder.whole + self._decoder.damaged

    def post(self, *requests: tuple[Kind, bytes], fresh: bool = False) -> int:
        """Send frames without waiting for replies. Returns the sequence number of the first.

        A second zero comes last: a frame whose closing zero is lost would wait for the next one. With `fresh` a zero
        comes first, which ends a partial frame that the board may have received.
        """
        first = self._next(self._sequence)
        data = bytearray(b"\0" if fresh else b"")
        for kind, payload in requests:
            self._sequence = self._next(self._sequence)
            data += wire.encode_frame(Frame(kind, self._sequence, payload))
        data += b"\0"
        for at in range(0, len(data), _CHUNK):
            self._write(bytes(data[at : at + _CHUNK]))
            if at + _CHUNK < len(data):
                self._absorb(self._transport.read(0.0))
        self._posted += len(requests)
        return first

    def is_since(self, frame: Frame, first: int) -> bool:
        """Whether a reply refers to the request with the sequence number `first` or to a later one."""
        return (frame.sequence - first) % _SEQUENCES < _SEQUENCES // 2

    def poll(self, timeout: float) -> Frame | None:
        """The next valid frame, or None: after `timeout` seconds, or at once where a damaged frame arrives."""
        deadline, damaged = time.monotonic() + timeout, self.damaged
        while not self._queue:
            self._absorb(self._transport.read(max(deadline - time.monotonic(), 0.0)))
            if not self._queue and (self.damaged != damaged or time.monotonic() >= deadline):
                return None
        return self._queue.popleft()

    def request(
        self, kind: Kind, payload: bytes = b"", *, wait: float | None = None, within: float | None = None
    ) -> bytes:
        """Send a request until its reply comes. Returns the payload of the reply.

        Args:
            kind, payload: the request.
            wait: seconds before it is repeated; `Patience.answer` by default. It is repeated at once where damage to
                it or to its reply is seen.
            within: seconds until the error; `Patience.silence` by default.

        Raises:
            LinkError: the board refuses it, or stays silent.
            ProtocolError: the bytes that come are not frames.
        """
        seconds = self.patience.silence if within is None else within
        wait = self.patience.answer if wait is None else wait
        end = time.monotonic() + seconds
        attempts = 0
        while time.monotonic() < end:
            number = self.post((kind, payload), fresh=attempts > 0)
            self.retries += attempts > 0
            attempts += 1
            repeat = time.monotonic() + wait
            reply = self._reply(kind, number, min(repeat, end))
            if reply is not None:
                return reply
            if time.monotonic() >= repeat:
                wait *= 2.0
        raise self.silence(f"{seconds:g} s and {attempts} attempts of {kind.name}")

    def hello(self, *, close: bool = False) -> Hello:
        """Ask the board for its identity; waits for `Patience.hello` seconds.

        Args:
            close: end this session, so that the board wipes what it holds of it.

        Raises:
            LinkError: nothing answers.
            ProtocolError: something answers that does not speak the protocol.
        """
        self._session = (self._session + close) & 0xFFFFFFFF
        before = self.retries
        payload = wire.hello_payload(self._session)
        reply = wire.parse_hello(self.request(Kind.HELLO, payload, wait=0.25, within=self.patience.hello))
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
        if self._echoes:
            return ProtocolError(
                f"the device on '{self.name}' sends back what it receives",
                expected="replies of docs/protocol.md",
                received=f"{self._echoes} requests of this host",
                hint="TX and RX of the adapter are connected, or a modem or terminal is on the port: check the wiring",
            )
        return LinkError(
            f"the board on '{self.name}' is silent" if not self.damaged else f"the line to '{self.name}' is too bad",
            expected="an answer",
            received=f"nothing after {what}" + (f"; {self.damaged} damaged frames" if self.damaged else ""),
            hint="press its reset button, check the wiring (TX to RX), or program it: mcutk flash",
        )

    @staticmethod
    def _next(sequence: int) -> int:
        return sequence % _SEQUENCES + 1

    def _write(self, data: bytes) -> None:
        try:
            self._transport.write(data)
        except LinkError:
            self._last_words()
            raise
        self.sent += len(data)

    def _last_words(self) -> None:
        """What the board sent before its port went away: it may say why."""
        try:
            while data := self._transport.read(0.0):
                self._absorb(data)
        except CrashError:
            raise
        except LinkError:
            return

    def _absorb(self, data: bytes) -> None:
        self.received += len(data)
        if len(self._heard) < _GARBAGE:
            self._heard += data[:_GARBAGE]
        for frame in self._decoder.feed(data):
            if frame.kind < 0x80:
                self._echoes += 1
            elif frame.version == wire.VERSION or frame.kind == Kind.ERROR:
                self._refuse_crash(frame)
                self._queue.append(frame)

    def _refuse_crash(self, frame: Frame) -> None:
        """Raise CrashError where a board says that it restarts because of a fault."""
        if frame.kind == Kind.ERROR and (refusal := wire.parse_error(frame.payload)).code == ErrorCode.FAULT:
            raise CrashError(
                f"the firmware on '{self.name}' crashed: {self._fault_name(refusal.detail)}", hint=CRASH_HINT
            )

    def _reply(self, kind: Kind, number: int, deadline: float) -> bytes | None:
        """The reply to a request, or None where it has to be sent again."""
        damaged, began = self.damaged, time.monotonic()
        while (left := deadline - time.monotonic()) > 0.0:
            frame = self.poll(left)
            if frame is not None and frame.sequence == number and frame.kind == kind | 0x80:
                return frame.payload
            refusal = wire.parse_error(frame.payload) if frame is not None and frame.kind == Kind.ERROR else None
            if refusal is not None and frame is not None and frame.sequence == number:
                raise self._refused(kind, refusal)
            if self.damaged != damaged or (refusal is not None and refusal.code == ErrorCode.DAMAGED):
                time.sleep(max(began + _AGAIN - time.monotonic(), 0.0))
                return None
        return None

    def _refused(self, kind: Kind, refusal: wire.Refusal) -> LinkError:
        if refusal.code == ErrorCode.VERSION:
            return ProtocolError(
                f"the board on '{self.name}' speaks another version of the protocol",
                expected=f"version {wire.VERSION}",
                received=f"version {refusal.detail}",
                hint="build and program it again: mcutk build && mcutk flash",
            )
        return RefusedError(kind, refusal)
