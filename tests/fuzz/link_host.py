"""Fuzzes the host's end of the link: ``python -m tests.fuzz.link_host --inputs 1000000``.

Each input is what a board could send: replies with numbers at their limits, damaged or not, and noise. Whatever comes,
the host raises nothing but its own errors, keeps no more than its limits, and takes over only bytes that a RESULT of
the right ticket and build carried.
"""

from __future__ import annotations

import argparse
import random
import struct
import time
from concurrent.futures import ProcessPoolExecutor

from mcu_toolkit import wire
from mcu_toolkit.device.inferences import Inferences, Pending
from mcu_toolkit.device.link import Link
from mcu_toolkit.errors import McutkError
from mcu_toolkit.wire import Frame, FrameDecoder, Hello, Kind
from tests.support.link import a_hello

_EDGES = (0, 1, 2, 15, 16, 17, 399, 400, 401, 4095, 4096, 65535, 2**31 - 1, 2**31, 2**32 - 1)
_BUILD = "ab" * 32
_FRESH = 200  # inputs after which the host begins a new inference


class Sink:
    """A transport that takes everything and sends nothing."""

    name = "sink"

    def read(self, timeout: float) -> bytes:
        return b""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class Host:
    """The host in the middle of an inference, and what it may have been told."""

    def __init__(self, draw: random.Random) -> None:
        self.link = Link(Sink())
        self.decoder = FrameDecoder()
        self.hello = a_hello(build_sha256=_BUILD, overlap=draw.choice(["hold", "pause"]))
        self.inferences = Inferences(self.link, self.hello)
        self.current = Pending(draw.choice([5, 2**32 - 1]), draw.randbytes(400))
        self.told = bytearray(self.hello.output_bytes)
        self.inferences._send(self.current)

    def take(self, data: bytes) -> None:
        """Feed bytes of the board and check what the host made of them."""
        self.link._absorb(data)
        for frame in self.decoder.feed(data):
            self._shadow(frame)
        while self.link._queue:
            self.inferences._take(self.current, self.link._queue.popleft())
        assert 0 <= self.current.placed <= len(self.current.data)
        assert len(self.current.output) in (0, self.hello.output_bytes)
        known = self.current.known
        assert all(self.current.output[at] == self.told[at] for at in range(len(known)) if known[at])
        assert len(self.link._decoder._pending) <= wire.encoded_size(wire.MAX_PAYLOAD)

    def _shadow(self, frame: Frame) -> None:
        """Remember the bytes of a RESULT that the host must take over, by docs/protocol.md."""
        if frame.kind != Kind.RESULT or len(frame.payload) < 24 or frame.version != wire.VERSION:
            return
        ticket, _, build, total, offset = struct.unpack_from("<IQ4sII", frame.payload)
        data = frame.payload[24:]
        right = (ticket, build.hex(), total) == (self.current.ticket, _BUILD[:8], self.hello.output_bytes)
        if right and offset + len(data) <= total:
            self.told[offset : offset + len(data)] = data


def number(draw: random.Random) -> int:
    """A number that is often at a limit."""
    return draw.choice(_EDGES) if draw.random() < 0.8 else draw.randrange(2**32)


def a_reply(draw: random.Random, host: Host) -> bytes:
    """The bytes of a frame that a board could send."""
    ticket = host.current.ticket if draw.random() < 0.7 else number(draw)
    sequence = draw.choice([0, host.current.epoch, host.link._sequence, draw.randrange(65536)])
    roll = draw.random()
    if roll < 0.4:
        build = bytes.fromhex(_BUILD[:8]) if draw.random() < 0.95 else draw.randbytes(4)
        total = host.hello.output_bytes if draw.random() < 0.9 else number(draw)
        head = struct.pack("<IQ4sII", ticket, draw.randrange(2**64), build, total, draw.choice([0, 100, number(draw)]))
        kind, payload = int(Kind.RESULT), head + draw.randbytes(draw.choice([0, 1, 50, 300, 400]))
    elif roll < 0.6:
        kind, payload = int(Kind.INPUT_ACK), struct.pack("<II", ticket, number(draw))
    elif roll < 0.8:
        kind, payload = int(Kind.ERROR), struct.pack("<BII", draw.randrange(12), ticket, number(draw))
    elif roll < 0.9:
        kind, payload = int(Kind.HELLO_REPLY), wire.build_hello(host.hello)
    else:
        kind, payload = draw.randrange(256), draw.randbytes(draw.choice([0, 1, 9, 24, 30, 500]))
    if draw.random() < 0.05:
        payload = payload[: draw.randrange(len(payload) + 1)]
    return wire.encode_frame(Frame(kind, sequence, payload, 2 if draw.random() < 0.97 else draw.randrange(256)))


def damaged(data: bytes, draw: random.Random) -> bytes:
    """The bytes as a bad line delivers them."""
    roll, at = draw.random(), draw.randrange(len(data))
    if roll < 0.75:
        return data
    if roll < 0.85:
        return data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]
    if roll < 0.9:
        return data[:at]
    if roll < 0.95:
        return draw.randbytes(draw.randrange(200)) + data
    return data[:at] + data[at:] * 2


def a_hello_reply(draw: random.Random, hello: Hello) -> None:
    """A HELLO_REPLY with some bytes changed is read, or refused."""
    payload = bytearray(wire.build_hello(hello))
    for _ in range(draw.randrange(1, 4)):
        payload[draw.randrange(len(payload))] = draw.randrange(256)
    found = wire.parse_hello(bytes(payload[: draw.randrange(len(payload) + 1)] if draw.random() < 0.3 else payload))
    Inferences(Link(Sink()), found)


def run(seed: int, inputs: int) -> tuple[int, int]:
    """Run inputs of a seed. Returns how many the host took, and how many it refused with an error of its own."""
    draw = random.Random(seed)
    taken = refused = 0
    host = Host(draw)
    for count in range(inputs):
        try:
            if count % 20 == 19:
                a_hello_reply(draw, host.hello)
            else:
                host.take(damaged(a_reply(draw, host), draw))
            taken += 1
        except McutkError:
            refused += 1
            host = Host(draw)
        if count % _FRESH == _FRESH - 1:
            host = Host(draw)
    return taken, refused


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    began = time.monotonic()
    share = arguments.inputs // arguments.jobs
    with ProcessPoolExecutor(arguments.jobs) as pool:
        parts = list(pool.map(run, range(arguments.seed, arguments.seed + arguments.jobs), [share] * arguments.jobs))
    taken, refused = (sum(part[i] for part in parts) for i in range(2))
    seconds = time.monotonic() - began
    print(f"{taken + refused} inputs, {taken} taken, {refused} refused with an error of the toolkit, {seconds:.0f} s")


if __name__ == "__main__":
    main()
