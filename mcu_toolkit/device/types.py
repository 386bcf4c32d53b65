"""Results of runs on a device, and the part of a compiled model that firmware is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.block import Block
from mcu_toolkit.graph.ir import Graph


class CompiledLayer(Protocol):
    """One step of a compiled model (`compiler.report.CompiledLayer` has these attributes)."""

    @property
    def index(self) -> int:
        """Position in the order of execution."""

    @property
    def source(self) -> int:
        """Index of the node in the model file."""

    @property
    def operator(self) -> str:
        """TFLite builtin name."""

    @property
    def kernel(self) -> str:
        """C function."""

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""

    @property
    def cost(self) -> int:
        """Estimated instructions of one inference."""


class CompiledFigures(Protocol):
    """Figures of a compiled model (`compiler.report.CompileReport` has these attributes)."""

    @property
    def macs(self) -> int:
        """Multiply-accumulates after the passes."""

    @property
    def arena_no_overlap(self) -> int:
        """Live-tensor bound (without overlaps) in bytes."""

    @property
    def layers(self) -> Sequence[CompiledLayer]:
        """The steps in order."""


class CompiledModel(Protocol):
    """The part of a compiled model that firmware is built from (`compiler.pipeline.Compiled` has these attributes)."""

    @property
    def name(self) -> str:
        """Prefix of the generated files and symbols."""

    @property
    def graph(self) -> Graph:
        """The graph after passes; `graph.sha256` is that of the model file."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """Generated folder: path below ``src/`` → contents. Every ``.c`` and ``.S`` is compiled."""

    @property
    def table_symbols(self) -> Mapping[str, int]:
        """C name of a constant table → how many of its bytes are weights or biases."""

    @property
    def report(self) -> CompiledFigures:
        """Figures for the record."""


@dataclass(frozen=True)
class LinkCounters:
    """Counters of the link.

    Attributes:
        bytes_sent, bytes_received: on the wire.
        retries: frames and inputs that were sent again.
        seconds: wall-clock time from opening the port to the last reply.
        reopened: number of times that the port dropped and was opened again.
    """

    bytes_sent: int = 0
    bytes_received: int = 0
    retries: int = 0
    seconds: float = 0.0
    reopened: int = 0


@dataclass(frozen=True)
class DeviceInfo:
    """Facts that a board reports about itself.

    Attributes:
        board, runtime: board id, ``aot`` or ``tflm``.
        model_sha256, build_sha256: identity of its firmware, 64 hex digits each.
        unit: ``instructions`` or ``cycles``.
        ticks_hz: calibrated ticks of the timer per 10^9 instructions (emulators); 0 on chips, where a tick is a cycle.
        overlap: ``hold`` or ``pause``, see `boards.LinkSettings`.
        static_bytes, arena_bytes, stack_bytes: RAM in bytes.
        stack_peak: high-water mark of the stack, in bytes, after the last sample.
        steps: number of layers that it can run one at a time; 0 if the image cannot.
    """

    board: str
    runtime: str
    model_sha256: str
    build_sha256: str
    unit: str
    ticks_hz: int
    overlap: str
    static_bytes: int
    arena_bytes: int
    stack_bytes: int
    stack_peak: int
    steps: int


@dataclass(frozen=True)
class LayerTime:
    """Latency of one step, in the run's unit."""

    index: int
    latency: int


@dataclass(frozen=True, eq=False)
class BenchRun:
    """All outputs of a device.

    Attributes:
        outputs: uint8 [samples, bytes], the bytes of all outputs, in the order of the samples.
        latencies: int64 [samples], in `unit`.
        unit: ``instructions`` on emulators (exact, the same in every run), ``cycles`` on chips.
        device: facts that the board reported after the last sample.
        link: counters.
        profile: one entry per layer if it was asked for, else empty.
    """

    outputs: Block
    latencies: npt.NDArray[np.int64]
    unit: str
    device: DeviceInfo
    link: LinkCounters
    profile: tuple[LayerTime, ...] = field(default=())


@dataclass(frozen=True)
class LayerTensor:
    """Expected contents of a tensor after the step that writes it.

    Attributes:
        step: index of the step that writes it.
        name: name in messages.
        offset: bytes from the start of the arena.
        data: the tensor's bytes in memory order.
    """

    step: int
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class LayerMismatch:
    """The first tensor that differs.

    Attributes:
        step, name: of the tensor.
        expected_crc32, received_crc32: eight hex digits each.
    """

    step: int
    name: str
    expected_crc32: str
    received_crc32: str


@dataclass(frozen=True)
class LayerComparison:
    """Result of `compare_layers.compare_layers`.

    Attributes:
        compared: number of tensors.
        mismatch: the first tensor that differs; None if there is none.
        device: facts that the board reported.
        link: counters.
    """

    compared: int
    mismatch: LayerMismatch | None
    device: DeviceInfo
    link: LinkCounters
