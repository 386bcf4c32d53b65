"""A board behind a line with faults, repeatable by a seed: what a cheap adapter, a long cable or a loose plug does."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.device.transport import SocketTransport
from mcu_toolkit.errors import PortError, PortGoneError

#: Faults of single bytes, and of what follows them.
BYTES = ("drop", "flip", "duplicate", "insert")
PIECES = ("truncate", "reorder", "delay", "repeat")
EVENTS = ("stall", "close", "reset")
#: How often kinds occur among the faults of a mix: some cost far more than a byte.
_SHARES = ((BYTES, 1.0), (PIECES, 0.02), (EVENTS, 0.002))
_STALL = 0.05  # seconds


@dataclass(frozen=True)
class Mix:
    """What a line does.

    Attributes:
        seed: of all faults.
        rate: faults per byte, in each direction.
        kinds: faults that occur.
    """

    seed: int
    rate: float
    kinds: tuple[str, ...] = BYTES

    @classmethod
    def random(cls, seed: int, low: float = 1e-4, high: float = 1e-2) -> Mix:
        """A mix of a seed: some of the kinds, and a rate that is log-uniform between the limits."""
        draw = random.Random(f"mix {seed}")
        kinds = tuple(kind for kind in (*BYTES, *PIECES, *EVENTS) if draw.random() < 0.7)
        return cls(seed, low * (high / low) ** draw.random(), kinds or BYTES)


class Line:
    """A transport that forwards to another one, with faults; a closed line can be opened again on the same board.

    Args:
        board: the board.
        mix: the faults.
        draw: generator of the whole run, shared by the lines of a board.
    """

    name = "faulty line"

    def __init__(self, board: FaultyBoard, mix: Mix, draw: random.Random) -> None:
        self._board = board
        self._draw = draw
        self._open = True
        self._late: dict[str, list[bytes]] = {"read": [], "write": []}
        self._kinds = list(mix.kinds)
        self._weights = [next(share for kinds, share in _SHARES if kind in kinds) for kind in mix.kinds]
        self._rate = mix.rate * max(self._weights)

    def read(self, timeout: float) -> bytes:
        """See `Transport.read`."""
        self._check()
        return self._spoil(self._board.transport.read(timeout), "read")

    def write(self, data: bytes) -> None:
        """See `Transport.write`."""
        self._check()
        spoilt = self._spoil(data, "write")
        self._check()
        try:
            self._board.transport.write(spoilt)
        except PortError:
            self._open = False
            raise

    def close(self) -> None:
        """See `Transport.close`; the board goes on."""
        self._open = False

    def _check(self) -> None:
        if not self._open:
            raise PortGoneError("the port went away", received="a fault of the line")

    def _spoil(self, data: bytes, way: str) -> bytes:
        out = bytearray(b"".join(self._late[way]))
        self._late[way].clear()
        at = 0
        while at < len(data):
            gap = self._gap()
            out += data[at : at + gap]
            at += gap
            if at >= len(data):
                break
            self._board.faults += 1
            at = self._fault(data, at, out, way)
            if not self._open:
                break
        return bytes(out)

    def _gap(self) -> int:
        """Bytes until the next fault: geometric."""
        return int(self._draw.expovariate(self._rate)) if self._rate else 1 << 30

    def _fault(self, data: bytes, at: int, out: bytearray, way: str) -> int:
        """One fault at `data[at]`. Returns where the data goes on."""
        draw = self._draw
        (kind,) = draw.choices(self._kinds, self._weights)
        rest = min(draw.randrange(1, 64), len(data) - at)
        piece = data[at : at + rest]
        if kind == "drop":
            return at + 1
        if kind == "flip":
            out.append(data[at] ^ (1 << draw.randrange(8)))
            return at + 1
        if kind == "duplicate":
            out += data[at : at + 1] * 2
            return at + 1
        if kind == "insert":
            out.append(draw.randrange(256))
            return at
        if kind == "truncate":
            return len(data)
        if kind == "reorder":
            half = rest // 2
            out += piece[half:] + piece[:half]
            return at + rest
        if kind == "repeat":
            out += piece * 2
            return at + rest
        if kind == "delay":
            self._late[way].append(data[at:])
            return len(data)
        if kind == "stall":
            time.sleep(_STALL)
        elif kind == "reset":
            self._board.reset()
        elif kind == "close":
            self._open = False
        return at


class FaultyBoard:
    """The bench application as a host program, whose lines have faults.

    Attributes:
        faults: faults so far.
        resets: times that the board was restarted.
    """

    def __init__(self, program: Path, mix: Mix) -> None:
        self._program = program
        self._mix = mix
        self._draw = random.Random(mix.seed)
        self.faults = 0
        self.resets = 0
        self._start()

    def _start(self) -> None:
        here, there = socket.socketpair()
        self._child = subprocess.Popen([str(self._program)], stdin=there, stdout=there)
        there.close()
        self.transport = SocketTransport(here, "host application")

    def stop(self) -> None:
        """End the program."""
        self.transport.close()
        self._child.kill()
        self._child.wait(10)

    def reset(self) -> None:
        """Restart the program: what it held is lost; the line stays."""
        self.stop()
        self.resets += 1
        self._start()

    def open(self) -> Line:
        """A line to the board."""
        return Line(self, self._mix, self._draw)


@contextmanager
def faulty_board(program: Path, mix: Mix) -> Iterator[FaultyBoard]:
    """A board behind a line with faults during a block."""
    board = FaultyBoard(program, mix)
    try:
        yield board
    finally:
        board.stop()
