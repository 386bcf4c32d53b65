"""Assembles the bench record from the arrays of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.block import Block
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.records.bench import BenchAccuracy, BenchRecord, LinkUse, ProfileRow, StreamCheck
from mcu_toolkit.records.latency import EstimatedCycles, Latency
from mcu_toolkit.records.memory import Memory
from mcu_toolkit.records.statistics import ClassRow, FloatVersusInt8
from mcu_toolkit.report import classification, metrics, statistics
from mcu_toolkit.report.classification import Labels, Truth
from mcu_toolkit.report.outputs import class_scores, crc32s, mismatching, score_step

#: Mismatching samples that the record names.
_NAMED = 100


@dataclass(frozen=True)
class StepLatency:
    """Latency of one step.

    Attributes:
        index: position in the order of execution.
        layer: TFLite builtin name of the operator.
        kernel: C function.
        latency: in the unit of the run.
        macs: multiply-accumulates.
        estimated_cycles: None where they were not estimated.
    """

    index: int
    layer: str
    kernel: str
    latency: int
    macs: int
    estimated_cycles: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class BenchData:
    """Input of a bench report.

    Attributes:
        board, board_name: id and name of the board.
        runtime: ``aot``.
        model, model_sha256: file name and hash of the model.
        firmware_sha256: 64 hex digits.
        build_sha256: identity of the firmware, as the board sent it.
        ids: name of each sample.
        device, host: uint8 [N, bytes], the bytes of all outputs of the device and of the oracle.
        output: the model's first output, which holds the class scores of labelled samples.
        latencies: int64 [N], in `unit`.
        unit: ``instructions`` or ``cycles``.
        memory: flash and RAM of the image, with the stack peak of the device.
        link: traffic.
        optimize: optimization goal of the build.
        macs: multiply-accumulates after the compiler's passes.
        mcutk: version of the toolkit that built the firmware.
        command: the command that ran the bench.
        truth: labels; None for random inputs.
        random_seed: seed of the first random input; None for images.
        profile: latency of each step; None where it was not asked for.
        estimated_cycles, estimate_missing: see `records.latency.Latency`.
        recipe: id of the recipe; None where there is none.
        synthetic: whether the images were generated; None for random inputs.
        stream: the samples were a sequence; None where the variables were reset before each.
    """

    board: str
    board_name: str
    runtime: str
    model: str
    model_sha256: str
    firmware_sha256: str
    build_sha256: str
    ids: tuple[str, ...]
    device: Block
    host: Block
    output: Tensor
    latencies: npt.NDArray[np.int64]
    unit: str
    memory: Memory
    link: LinkUse
    optimize: str
    macs: int
    mcutk: str
    command: str
    truth: Truth | None = None
    random_seed: int | None = None
    profile: tuple[StepLatency, ...] | None = None
    estimated_cycles: EstimatedCycles | None = None
    estimate_missing: str | None = None
    recipe: str | None = None
    synthetic: bool | None = None
    stream: StreamCheck | None = None


def bench_record(data: BenchData) -> BenchRecord:
    """The record of a run.

    Raises:
        ValueError: the outputs of the device and of the host differ in shape.
    """
    wrong = mismatching(data.device, data.host)
    part = _labelled(data, data.truth) if data.truth is not None and data.truth.labelled else None
    return BenchRecord(
        board=data.board,
        board_name=data.board_name,
        runtime=data.runtime,
        model=data.model,
        model_sha256=data.model_sha256,
        firmware_sha256=data.firmware_sha256,
        build_sha256=data.build_sha256,
        samples=len(data.ids),
        mismatches=len(wrong),
        mismatching_samples=tuple(data.ids[i] for i in wrong[:_NAMED]) if wrong else None,
        accuracy=_accuracy(part),
        per_class=part.class_rows() if part is not None else (),
        latency=replace(
            latency_summary(data.latencies, data.unit),
            estimated_cycles=data.estimated_cycles,
            estimate_missing=data.estimate_missing,
        ),
        memory=data.memory,
        link=data.link,
        random_seed=data.random_seed,
        outputs_crc32=crc32s(data.device) if data.random_seed is not None else None,
        confusion=classification.confusion(part.labels, part.device, part.names) if part is not None else None,
        calibration_error=metrics.calibration_error(part.labels, part.scores) if part is not None else None,
        float_vs_int8=part.float_vs_int8() if part is not None else None,
        profile=profile_rows(data.profile) if data.profile is not None else None,
        recipe=data.recipe,
        synthetic=data.synthetic,
        stream=data.stream,
        optimize=data.optimize,
        macs=data.macs,
        mcutk=data.mcutk,
        command=data.command,
    )


def latency_summary(latencies: npt.NDArray[np.int64], unit: str) -> Latency:
    """Minimum, median, 95th percentile and maximum, all of them measured values or rounded down to whole counts.

    Args:
        latencies: int64 [N].
        unit: ``instructions`` or ``cycles``.
    """
    if latencies.size == 0:
        return Latency(unit, None, None, None, None)
    ordered = np.sort(latencies)
    rank = max(int(np.ceil(0.95 * ordered.size)) - 1, 0)
    return Latency(
        unit=unit,
        min=int(ordered[0]),
        median=int(np.median(ordered)),
        p95=int(ordered[rank]),
        max=int(ordered[-1]),
    )


def profile_rows(steps: Sequence[StepLatency]) -> tuple[ProfileRow, ...]:
    """The profile with the latency per MAC and the share of each step."""
    total = sum(step.latency for step in steps)
    return tuple(
        ProfileRow(
            index=step.index,
            layer=step.layer,
            kernel=step.kernel,
            latency=step.latency,
            macs=step.macs,
            per_mac=step.latency / step.macs if step.macs else None,
            share=step.latency / total if total else None,
            estimated_cycles=step.estimated_cycles,
        )
        for step in steps
    )


@dataclass(frozen=True, eq=False)
class _Labelled:
    """The labelled samples: labels and predictions [N], probabilities by the device [N, C]."""

    names: tuple[str, ...]
    labels: Labels
    device: Labels
    host: Labels
    scores: npt.NDArray[np.float64]
    floats: Labels | None

    def class_rows(self) -> tuple[ClassRow, ...]:
        return classification.class_rows(self.labels, self.device, self.scores, self.names)

    def float_vs_int8(self) -> FloatVersusInt8 | None:
        if self.floats is None:
            return None
        return classification.compare_with_float(self.labels, self.floats, self.device)


def _labelled(data: BenchData, truth: Truth) -> _Labelled:
    chosen, classes = list(truth.labelled), len(truth.class_names)
    device, host = (class_scores(data.output, outputs[chosen], classes) for outputs in (data.device, data.host))
    return _Labelled(
        names=truth.class_names,
        labels=truth.known_labels(),
        device=device.argmax(axis=1).astype(np.int64),
        host=host.argmax(axis=1).astype(np.int64),
        scores=metrics.probabilities(device, score_step(data.output)),
        floats=truth.float_predictions[chosen] if truth.float_predictions is not None else None,
    )


def _accuracy(part: _Labelled | None) -> BenchAccuracy:
    if part is None:
        return BenchAccuracy(None, None, None, None, 0)
    return BenchAccuracy(
        device=metrics.accuracy(part.labels, part.device),
        host_int8=metrics.accuracy(part.labels, part.host),
        float_network=metrics.accuracy(part.labels, part.floats) if part.floats is not None else None,
        ci95=statistics.bootstrap_accuracy(part.device == part.labels),
        labelled=int(part.labels.size),
    )
