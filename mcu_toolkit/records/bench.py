"""``bench.json``: one bench run on a board."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mcu_toolkit.records.latency import Latency
from mcu_toolkit.records.memory import Memory
from mcu_toolkit.records.statistics import ClassRow, Confusion, FloatVersusInt8


@dataclass(frozen=True)
class BenchAccuracy:
    """Accuracies of the labelled samples; None where no sample has a label.

    Attributes:
        device: of the outputs that the board returned.
        host_int8: of the NumPy oracle.
        float_network: of the float network, where its predictions are recorded (key ``float``).
        ci95: 95 % percentile bootstrap interval of `device`.
        labelled: number of labelled samples.
    """

    device: float | None
    host_int8: float | None
    float_network: float | None = field(metadata={"key": "float"})
    ci95: tuple[float, float] | None
    labelled: int


@dataclass(frozen=True)
class LinkUse:
    """Traffic on the link.

    Attributes:
        bytes_sent, bytes_received: by the host.
        retries: requests that were repeated.
        seconds: wall clock of the host, from the first hello to the last output.
        reopened: how often the port dropped and was opened again.
        overlap: ``hold`` or ``pause``: how the next input travels during the timed region.
    """

    bytes_sent: int
    bytes_received: int
    retries: int
    seconds: float
    reopened: int
    overlap: str


@dataclass(frozen=True)
class ProfileRow:
    """Latency of one step.

    Attributes:
        index: position in the order of execution.
        layer: TFLite builtin name of the operator.
        kernel: C function.
        latency: in the unit of the run.
        macs: multiply-accumulates.
        per_mac: latency per MAC; None for a step without MACs.
        share: of the sum of all steps; None where that sum is 0.
        estimated_cycles: on an emulated board, where they could be estimated.
    """

    index: int
    layer: str
    kernel: str
    latency: int
    macs: int
    per_mac: float | None
    share: float | None
    estimated_cycles: int | None = field(default=None, metadata={"omit": True})


@dataclass(frozen=True)
class StreamCheck:
    """A sequence of samples, between which the variables were kept.

    Attributes:
        tflm_mismatches: samples whose outputs differ from those of TensorFlow Lite Micro's interpreter, which kept its
            variables too; None where the package is not installed or refuses the model.
    """

    tflm_mismatches: int | None


@dataclass(frozen=True, kw_only=True)
class BenchRecord:
    """A bench run. Sizes are bytes, accuracies are shares of 1.

    Attributes:
        board, board_name: id and name of the board.
        runtime: ``aot``.
        model_sha256, firmware_sha256: of the model file and of the image, 64 hex digits.
        build_sha256: identity of the firmware, as the board sent it after the last sample.
        samples: inputs streamed.
        mismatches: samples whose outputs differ from the oracle's in any byte.
        mismatching_samples: names of the first 100 of them.
        accuracy: see `BenchAccuracy`.
        per_class: one row per class; empty without labels.
        latency: see `Latency`.
        memory: flash and RAM of the image, with the stack's high-water mark on the device.
        link: see `LinkUse`.
        random_seed: seed of the first random input.
        outputs_crc32: CRC-32 of all output bytes of each random input, eight hex digits.
        confusion, calibration_error, float_vs_int8: left out without labels.
        profile: latency per step, where it was asked for.
        recipe: id of the recipe; left out where there is none.
        synthetic: whether the images were generated; left out for random inputs.
        stream: see `StreamCheck`; left out where the variables were reset before each sample.
        optimize: optimization goal of the build.
        macs: multiply-accumulates after the compiler's passes.
        model: file name of the model.
        mcutk: version of the toolkit that built the firmware.
        command: the command that ran the bench.
    """

    SCHEMA: ClassVar[str] = "mcutk.bench/1"

    board: str
    runtime: str
    model_sha256: str
    firmware_sha256: str
    samples: int
    mismatches: int
    accuracy: BenchAccuracy
    per_class: tuple[ClassRow, ...]
    latency: Latency
    memory: Memory
    link: LinkUse
    random_seed: int | None = field(default=None, metadata={"omit": True})
    outputs_crc32: tuple[str, ...] | None = field(default=None, metadata={"omit": True})
    mismatching_samples: tuple[str, ...] | None = field(default=None, metadata={"omit": True})
    confusion: Confusion | None = field(default=None, metadata={"omit": True})
    calibration_error: float | None = field(default=None, metadata={"omit": True})
    float_vs_int8: FloatVersusInt8 | None = field(default=None, metadata={"omit": True})
    profile: tuple[ProfileRow, ...] | None = field(default=None, metadata={"omit": True})
    board_name: str
    build_sha256: str
    recipe: str | None = field(default=None, metadata={"omit": True})
    synthetic: bool | None = field(default=None, metadata={"omit": True})
    stream: StreamCheck | None = field(default=None, metadata={"omit": True})
    optimize: str
    macs: int
    model: str
    mcutk: str
    command: str
