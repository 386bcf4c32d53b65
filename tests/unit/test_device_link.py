"""Requests over the link: a silent board, noise, other protocol versions, a port that disappears."""

from __future__ import annotations

import socket
import threading

import pytest

from mcu_toolkit import wire
from mcu_toolkit.device.link import Link, Patience
from mcu_toolkit.device.transport import SocketTransport
from mcu_toolkit.errors import LinkError, PortError, ProtocolError
from mcu_toolkit.wire import Kind, messages
from tests.support.link import Scripted


def peer(answer: bytes) -> SocketTransport:
    """A peer that sends the same bytes whenever it receives something."""
    here, there = socket.socketpair()

    def speak() -> None:
        with there:
            while True:
                try:
                    if not there.recv(4096):
                        return
                    there.sendall(answer)
                except OSError:
                    return

    threading.Thread(target=speak, daemon=True).start()
    return SocketTransport(here, "a peer")


def test_a_silent_board() -> None:
    with peer(b"") as transport, pytest.raises(LinkError, match="silent") as caught:
        Link(transport, Patience(hello=0.5)).hello()
    assert "reset button" in str(caught.value)
    assert not isinstance(caught.value, ProtocolError)


def test_bytes_that_are_not_frames_are_shown() -> None:
    with (
        peer(b"AT\r\nERROR\r\n") as transport,
        pytest.raises(ProtocolError, match="does not speak the protocol") as bad,
    ):
        Link(transport, Patience(hello=0.5)).hello()
    assert "41 54 0d 0a" in str(bad.value)
    assert "baud" in str(bad.value)


def test_another_version_of_the_protocol() -> None:
    refusal = messages._ERROR.pack(wire.ErrorCode.VERSION, 0, 9)
    with pytest.raises(ProtocolError, match="another version") as caught:
        Link(Scripted(lambda _: (Kind.ERROR, refusal))).hello()
    assert "version 9" in str(caught.value)


def test_a_port_that_disappears() -> None:
    here, there = socket.socketpair()
    there.close()
    with SocketTransport(here, "a port") as transport, pytest.raises(PortError, match="went away"):
        Link(transport).hello()


def test_a_malformed_hello_is_refused() -> None:
    with pytest.raises(ProtocolError, match="malformed HELLO_REPLY"):
        Link(Scripted(lambda frame: (frame.kind | 0x80, b"short"))).hello()
