"""A simulated board that answers each frame with the result of a function, and a port that another program reaches."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from mcu_toolkit import wire
from mcu_toolkit.device.transport import SocketTransport, Transport
from mcu_toolkit.errors import PortError
from mcu_toolkit.wire import Frame, Hello, TensorInfo


class Scripted:
    """A peer that answers each frame with the result of a function: kind and payload, or None for no answer."""

    name = "scripted"

    def __init__(self, answer: Callable[[Frame], tuple[int, bytes] | None]) -> None:
        self._answer = answer
        self._out = b""

    def write(self, data: bytes) -> None:
        for frame in wire.FrameDecoder().feed(data):
            if (said := self._answer(frame)) is not None:
                self._out += wire.encode_frame(Frame(said[0], frame.sequence, said[1]))

    def read(self, timeout: float) -> bytes:
        out, self._out = self._out, b""
        return out

    def close(self) -> None: ...


def a_hello(**changes: object) -> Hello:
    tensors = (TensorInfo("int8", 400, 1.0, 0, (400,)),)
    good = Hello(
        "aot", "cycles", "hold", 1, 0, 0, 192, 256, "00" * 32, 0, 1, 0, 0, 0, 0, "00" * 32, tensors, tensors, "x"
    )
    return replace(good, **changes)  # type: ignore[arg-type]


@contextmanager
def bridge(port: Transport) -> Iterator[str]:
    """The URL of a TCP port of this machine that leads to an open port: the board is in another place."""
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def carry() -> None:
        connection, _ = server.accept()
        with SocketTransport(connection, "bridge") as far, suppress(PortError):
            while not stop.is_set():
                for source, sink in ((far, port), (port, far)):
                    if data := source.read(0.002):
                        sink.write(data)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
    finally:
        stop.set()
        thread.join(5)
        server.close()
