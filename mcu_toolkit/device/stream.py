"""Streams inputs to a board and collects outputs and latencies; a dropped port is reopened and the run continues."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit import wire
from mcu_toolkit.boards import Board
from mcu_toolkit.device.connect import Session, connected, device_info, latency
from mcu_toolkit.device.inferences import Inferences, Pending
from mcu_toolkit.device.link import Link, Patience, RefusedError, new_session
from mcu_toolkit.device.types import BenchRun, LayerTime, LinkCounters
from mcu_toolkit.errors import PortError, PortGoneError, WrongFirmwareError
from mcu_toolkit.graph.block import Block
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.records.build import FirmwareId
from mcu_toolkit.wire import ErrorCode, Hello, Kind

#: Called as ``on_result(index, outputs uint8 [bytes], latency)`` once for every sample, in order.
OnResult = Callable[[int, npt.NDArray[np.uint8], int], None]
_REOPEN_PATIENCE = 20.0  # seconds for a dropped port to come back
_REOPEN_PAUSE = 0.3
_STEP_WAIT = 5.0
_RESTARTS = 5  # times that a sequence is begun again because the board lost its variables


@dataclass
class _Run:
    """Results so far, kept while a dropped port is reopened."""

    samples: Block
    keep: bool
    outputs: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)
    reported: int = 0
    profile: tuple[LayerTime, ...] = ()
    hello: Hello | None = None
    sent: int = 0
    received: int = 0
    retries: int = 0
    reopened: int = 0
    session: int = field(default_factory=new_session)
    pending: Pending | None = None

    @property
    def progress(self) -> tuple[int, int]:
        """Outputs, and bytes of the next input that are on the board: it grows unless the board restarts."""
        return len(self.outputs), self.pending.best if self.pending is not None else 0

    def restart_sequence(self) -> None:
        """Begin again with the first sample: the board does not hold the variables of the sequence any more."""
        self.outputs.clear()
        self.latencies.clear()


def stream(
    board: Board,
    device_dir: Path,
    port: str | None,
    samples: Block,
    *,
    firmware: FirmwareId,
    keep_variables: bool = False,
    profile: bool = False,
    on_result: OnResult | None = None,
    progress: Progress = silent,
    patience: Patience | None = None,
) -> BenchRun:
    """Run every sample on a board.

    Args:
        board: the board.
        device_dir: flash memory of an emulated board.
        port: a port, or None for the one that the board implies.
        samples: uint8 [N, bytes], the bytes of all inputs of each sample.
        firmware: identity of the firmware that must be running, at the beginning, after each reopening and at the end.
        keep_variables: the samples are a sequence: the model's variables are reset before the first only.
        profile: also measure every layer, with the first sample.
        on_result: called once for every output, in order.
        progress: called with the number of samples done.
        patience: how long to wait; the default suits all boards.

    Raises:
        WrongFirmwareError: the board runs other firmware, or takes inputs of another size.
        PortError: the port cannot be opened, or went away and did not come back.
        ProtocolError: the device does not speak the protocol.
        LinkError: the board is silent.
        ToolFailedError: the firmware of an emulated board crashed.
    """
    run = _Run(samples, keep_variables)
    began = time.monotonic()
    deadline: float | None = None
    while True:
        before = run.progress
        try:
            with connected(
                board, device_dir, port, firmware=firmware, patience=patience, session=run.session
            ) as session:
                _stream(session, run, profile, on_result, progress)
            break
        except PortError as bad:
            now = time.monotonic()
            if deadline is None or run.progress > before:
                deadline = now + _REOPEN_PATIENCE
            never_open = run.hello is None and not isinstance(bad, PortGoneError)
            if never_open or now > deadline:
                raise
            time.sleep(_REOPEN_PAUSE)
    assert run.hello is not None
    outputs = np.stack(run.outputs) if run.outputs else np.empty((0, run.hello.output_bytes), dtype=np.uint8)
    return BenchRun(
        outputs=outputs,
        latencies=np.array(run.latencies, dtype=np.int64),
        unit=run.hello.unit,
        device=device_info(run.hello),
        link=LinkCounters(run.sent, run.received, run.retries, time.monotonic() - began, run.reopened),
        profile=run.profile,
    )


def _stream(session: Session, run: _Run, profile: bool, on_result: OnResult | None, progress: Progress) -> None:
    """Run the samples that have no output yet; a sequence whose variables the board has lost begins again."""
    link, hello = session.link, session.hello
    run.reopened += run.hello is not None
    run.hello = hello
    _check_size(hello, run.samples)
    if run.keep:
        run.restart_sequence()
    try:
        inferences = Inferences(link, hello, keep_variables=run.keep, resume=None if run.keep else run.pending)
        if profile and not run.profile and len(run.samples):
            run.profile = _profile(session, inferences, run.samples[0].tobytes())
        for restarts in range(_RESTARTS + 1):
            try:
                _run_samples(inferences, run, hello, on_result, progress)
                break
            except RefusedError as refused:
                if not run.keep or refused.refusal.code != ErrorCode.ORDER or restarts == _RESTARTS:
                    raise
                link.retries += 1
                run.restart_sequence()
                inferences = Inferences(link, hello, keep_variables=True)
        run.hello = session.closing_hello()  # with the high-water mark of the stack after all samples
    finally:
        run.sent += link.sent
        run.received += link.received
        run.retries += link.retries


def _run_samples(
    inferences: Inferences, run: _Run, hello: Hello, on_result: OnResult | None, progress: Progress
) -> None:
    total = len(run.samples)
    for index in range(len(run.outputs), total):
        following = run.samples[index + 1].tobytes() if index + 1 < total else None
        try:
            answer = inferences.run(run.samples[index].tobytes(), following)
        finally:
            run.pending = inferences.pending
        run.outputs.append(np.frombuffer(answer.output, dtype=np.uint8))
        run.latencies.append(latency(hello, answer.ticks))
        if on_result is not None and index == run.reported:
            on_result(index, run.outputs[-1], run.latencies[-1])
        run.reported = max(run.reported, index + 1)
        progress("bench", index + 1, total)


def _check_size(hello: Hello, samples: Block) -> None:
    if len(samples) and samples.shape[1] != hello.input_bytes:
        shapes = ", ".join(f"{tensor.dtype} {list(tensor.shape)}" for tensor in hello.inputs)
        raise WrongFirmwareError(
            "the board's model takes inputs of another size",
            expected=f"{samples.shape[1]} bytes",
            received=f"{hello.input_bytes} bytes: {shapes}",
            hint="mcutk flash, then run the same command again",
        )


def _profile(session: Session, inferences: Inferences, data: bytes) -> tuple[LayerTime, ...]:
    link, hello = session.link, session.hello
    if not hello.steps:
        raise WrongFirmwareError("the firmware cannot run layer by layer", hint="mcutk build && mcutk flash")
    ticket = inferences.load(data)
    return tuple(LayerTime(step, latency(hello, run_step(link, ticket, step))) for step in range(hello.steps))


def run_step(link: Link, ticket: int, step: int) -> int:
    """Run one layer of a loaded input. Returns its ticks.

    Raises:
        LinkError: the board refuses, or is silent.
    """
    payload = wire.step_payload(ticket, step)
    reply = link.request(Kind.STEP, payload, wait=_STEP_WAIT)
    return wire.parse_stepped(reply).ticks
