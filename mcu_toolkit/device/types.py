"""What the device stage hands on: firmware, bench runs, profiles; and what it needs of a compiled model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.ir import Graph

Int8Array = npt.NDArray[np.int8]


class CompiledModel(Protocol):
    """The part of the compiler's result that firmware is built from (`compiler.pipeline.Compiled` has it)."""

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
    def weight_symbols(self) -> Mapping[str, int]:
        """C names of the tables that hold weights or biases → how many of their bytes do; the rest is engine."""


@dataclass(frozen=True)
class FlashUse:
    """Flash in bytes. total = engine + weights + other.

    Attributes:
        engine: code and constants of inference other than weights and biases, with the library functions
            that it needs.
        weights: weights and biases.
        other: startup, HAL, bench application, initial values of variables.
    """

    total: int
    engine: int
    weights: int
    other: int


@dataclass(frozen=True)
class RamUse:
    """RAM in bytes. total = arena + static + stack.

    Attributes:
        arena: activation buffer.
        static: every other variable of the image.
        stack: reserved for the stack.
    """

    total: int
    arena: int
    static: int
    stack: int


@dataclass(frozen=True)
class Contributor:
    """One symbol of the image: where it is (`flash`, `ram` or `both`), its kind and its size in bytes."""

    name: str
    region: str
    part: str
    bytes: int


@dataclass(frozen=True)
class Firmware:
    """What `firmware.build` made; `build.json` (``mcutk.build/1``) holds the same.

    Attributes:
        folder: the build folder: ``firmware.elf/.hex/.bin``, ``src/``, ``build.json``, ``manifest.json``.
        board: board id.
        model_sha256, firmware_sha256: of the model file and of firmware.elf; 64 hex digits.
        flash, ram: see the classes.
        flash_limit, ram_limit: what the board has, in bytes.
        contributors: largest symbols first, at most 20.
        sketch: folder of the Arduino sketch where one was made, else None.
        steps: whether the image can run layer by layer (profile, verify).
        notes: what the user is to be told: what was made, how to wire and flash it.
        stack_bound: bytes of stack that the image needs at most: one inference by the compiler's figures, and an
            allowance for the application and an interrupt on top of it; None without a bound.
    """

    folder: Path
    board: str
    model_sha256: str
    firmware_sha256: str
    flash: FlashUse
    ram: RamUse
    flash_limit: int
    ram_limit: int
    contributors: tuple[Contributor, ...]
    sketch: Path | None = None
    steps: bool = True
    notes: tuple[str, ...] = ()
    stack_bound: int | None = None


@dataclass(frozen=True)
class FlashReport:
    """What `flash.flash` did.

    Attributes:
        board: board id.
        tool: name of the flasher.
        firmware_sha256: of the image programmed.
        said: in words.
    """

    board: str
    tool: str
    firmware_sha256: str
    said: str


@dataclass(frozen=True)
class LinkCounters:
    """Bytes and repeats on the wire, and wall-clock seconds from the first hello to the last answer.

    Attributes:
        reopened: how often the port dropped and was opened again.
    """

    bytes_sent: int = 0
    bytes_received: int = 0
    retries: int = 0
    seconds: float = 0.0
    reopened: int = 0


@dataclass(frozen=True)
class DeviceInfo:
    """What the board said of itself.

    Attributes:
        board, runtime: board id, ``aot`` or ``tflm``.
        model_sha256: 64 hex digits.
        unit: ``instructions`` or ``cycles``.
        ticks_hz: calibrated ticks of the timer in 10^9 instructions (emulators); 0 on chips, where a tick
            is a cycle.
        overlap: ``hold`` or ``pause``: how the next input travels during the timed region.
        static_bytes, arena_bytes, stack_bytes: RAM by the device's own account.
        stack_peak: high-water mark of the stack, in bytes, after the last sample.
        steps: number of layers it can run one at a time; 0 if it cannot.
    """

    board: str
    runtime: str
    model_sha256: str
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
    """Latency of one step of `Compiled.calls`, in the run's unit."""

    index: int
    latency: int


@dataclass(frozen=True, eq=False)
class BenchRun:
    """Every answer of a device.

    Attributes:
        outputs: int8 [samples, output bytes], raw output tensors in the order of the samples.
        latencies: int64 [samples], in `unit`.
        unit: ``instructions`` on emulators (exact, the same in every run), ``cycles`` on chips.
        device: the board's own account.
        link: counters.
        profile: one entry a layer where it was asked for, else empty.
    """

    outputs: Int8Array
    latencies: npt.NDArray[np.int64]
    unit: str
    device: DeviceInfo
    link: LinkCounters
    profile: tuple[LayerTime, ...] = field(default=())


@dataclass(frozen=True)
class LayerTensor:
    """One tensor as a step leaves it, by the oracle.

    Attributes:
        step: index of the step that writes it.
        name: for the message.
        offset: bytes from the start of the arena (`Compiled.plan`).
        data: the tensor's bytes in memory order.
    """

    step: int
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class LayerMismatch:
    """The first tensor that differs: its step and name, and the CRC-32 of both sides in eight hex digits."""

    step: int
    name: str
    expected_crc32: str
    received_crc32: str


@dataclass(frozen=True)
class VerifyRun:
    """What `verify.verify` found: tensors compared, and the first that differs or None."""

    compared: int
    mismatch: LayerMismatch | None
    device: DeviceInfo
    link: LinkCounters
