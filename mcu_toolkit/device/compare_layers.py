"""Runs a model layer by layer on a board and compares a CRC of every tensor with the oracle's."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from mcu_toolkit import wire
from mcu_toolkit.boards import Board
from mcu_toolkit.device.connect import Session, connected, device_info
from mcu_toolkit.device.inferences import Inferences
from mcu_toolkit.device.link import Patience
from mcu_toolkit.device.stream import run_step
from mcu_toolkit.device.types import LayerComparison, LayerMismatch, LayerTensor, LinkCounters
from mcu_toolkit.errors import ProtocolError, WrongFirmwareError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.records.build import FirmwareId
from mcu_toolkit.wire import Kind


def compare_layers(
    board: Board,
    device_dir: Path,
    port: str | None,
    sample: bytes,
    tensors: Sequence[LayerTensor],
    *,
    firmware: FirmwareId,
    progress: Progress = silent,
    patience: Patience | None = None,
) -> LayerComparison:
    """Compare every tensor after the step that writes it, up to the first that differs.

    Args:
        board, device_dir, port: as for `stream.stream`.
        sample: bytes of the inputs.
        tensors: expected contents, in the order of their steps.
        firmware: identity of the firmware that must be running.
        progress: called with the number of steps done.
        patience: how long to wait; the default suits all boards.

    Raises:
        WrongFirmwareError: the board runs other firmware, or one that cannot run layer by layer.
        LinkError: as `stream.stream`.
    """
    began = time.monotonic()
    with connected(board, device_dir, port, firmware=firmware, patience=patience) as session:
        compared, mismatch = _compare(session, sample, tensors, progress)
        hello, link = session.closing_hello(), session.link
        counters = LinkCounters(link.sent, link.received, link.retries, time.monotonic() - began)
    return LayerComparison(compared, mismatch, device_info(hello), counters)


def _compare(
    session: Session, sample: bytes, tensors: Sequence[LayerTensor], progress: Progress
) -> tuple[int, LayerMismatch | None]:
    link, hello = session.link, session.hello
    steps = max((tensor.step for tensor in tensors), default=-1) + 1
    if steps > hello.steps:
        raise WrongFirmwareError(
            "the firmware cannot run layer by layer" if not hello.steps else "the firmware has fewer layers",
            expected=f"{steps} steps",
            received=f"{hello.steps} steps",
            hint="mcutk build && mcutk flash",
        )
    ticket = Inferences(link, hello).load(sample)
    compared = 0
    for step in range(steps):
        run_step(link, ticket, step)
        for tensor in (t for t in tensors if t.step == step):
            expected, received = zlib.crc32(tensor.data), _device_crc(session, ticket, tensor)
            compared += 1
            if expected != received:
                return compared, LayerMismatch(step, tensor.name, f"{expected:08x}", f"{received:08x}")
        progress("verify", step + 1, steps)
    return compared, None


def _device_crc(session: Session, ticket: int, tensor: LayerTensor) -> int:
    wanted = (tensor.offset, len(tensor.data))
    offset, length, crc = wire.parse_crc(session.link.request(Kind.CRC, wire.crc_payload(ticket, *wanted)))
    if (offset, length) != wanted:
        raise ProtocolError("the board sent the CRC of another range of the arena", hint="run the command again")
    return crc
