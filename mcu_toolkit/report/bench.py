"""Assembles the bench report: schema ``mcutk.bench/1``, the document behind the terminal, JSON and HTML renderings."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.report import metrics, statistics

SCHEMA = "mcutk.bench/1"
Int8Array = npt.NDArray[np.int8]
#: Differences of accuracy within this share count as equivalent in the report.
EQUIVALENCE_MARGIN = 0.02
AUC_RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class Truth:
    """What the images are.

    Attributes:
        class_names: in the order of the outputs.
        labels: class index of each sample; None where unknown.
        float_predictions: int64 [N], class by the float network of each sample; None where it is not at hand.
    """

    class_names: tuple[str, ...]
    labels: tuple[int | None, ...]
    float_predictions: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Layer:
    """One row of the per-layer profile.

    Attributes:
        index: step in the order of execution.
        name: operator and what tells it apart.
        kernel: C function.
        latency: in the run's unit.
        macs: multiply-accumulates of the layer.
    """

    index: int
    name: str
    kernel: str
    latency: int
    macs: int


@dataclass(frozen=True)
class Memory:
    """Bytes of the image and of RAM; see `report.bench.document` for what the keys mean."""

    flash_total: int
    flash_engine: int
    flash_weights: int
    flash_other: int
    flash_limit: int
    ram_total: int
    ram_arena: int
    ram_no_overlap: int
    ram_static: int
    ram_stack: int
    ram_stack_peak: int
    ram_limit: int
    ram_stack_bound: int | None = None


@dataclass(frozen=True, eq=False)
class BenchData:
    """Everything that a bench report is made of.

    Attributes:
        board, board_name, runtime: what ran.
        model_sha256, firmware_sha256: 64 hex digits.
        ids: name of each sample.
        device, host: int8 [N, bytes], output tensors of the device and of the host's oracle.
        output_scale, output_zero_point: quantization of the output.
        latencies: int64 [N], in `unit`.
        unit: ``instructions`` or ``cycles``.
        memory: see `Memory`.
        link: keys of the report's ``link``.
        truth: labels, where there are any.
        random_seed: first seed, where the samples are random inputs.
        profile: per-layer rows, where asked for.
        facts: further plain values for the report (recipe, synthetic, versions, command).
    """

    board: str
    board_name: str
    runtime: str
    model_sha256: str
    firmware_sha256: str
    ids: tuple[str, ...]
    device: Int8Array
    host: Int8Array
    output_scale: float
    output_zero_point: int
    latencies: npt.NDArray[np.int64]
    unit: str
    memory: Memory
    link: Mapping[str, Any]
    truth: Truth | None = None
    random_seed: int | None = None
    profile: tuple[Layer, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def mismatching(device: Int8Array, host: Int8Array) -> list[int]:
    """Indices of the samples whose outputs differ in any byte.

    Raises:
        ValueError: the shapes differ.
    """
    if device.shape != host.shape:
        raise ValueError(f"device outputs {device.shape} and host outputs {host.shape} differ in shape")
    return [int(i) for i in np.flatnonzero((device != host).any(axis=1))]


def latency_summary(latencies: npt.NDArray[np.int64], unit: str) -> dict[str, Any]:
    """min, median, p95, max in the run's unit.

    p95 is the smallest measured value that at least 95 % of the samples do not exceed (nearest rank), and the median
    of an even number of samples is rounded down, so that both are values in whole counts.
    """
    if latencies.size == 0:
        return {"unit": unit, "min": None, "median": None, "p95": None, "max": None}
    ordered = np.sort(latencies)
    rank = max(int(np.ceil(0.95 * ordered.size)) - 1, 0)
    return {
        "unit": unit,
        "min": int(ordered[0]),
        "median": int(np.median(ordered)),
        "p95": int(ordered[rank]),
        "max": int(ordered[-1]),
    }


def crc32s(outputs: Int8Array) -> list[str]:
    """CRC-32 (zlib) of each row in eight hex digits."""
    return [f"{zlib.crc32(np.ascontiguousarray(row).tobytes()):08x}" for row in outputs]


@dataclass(frozen=True, eq=False)
class _Labelled:
    """The labelled samples alone: labels, device and host predictions, probabilities, float predictions."""

    labels: npt.NDArray[np.int64]
    device: npt.NDArray[np.int64]
    host: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    floats: npt.NDArray[np.int64] | None


def _labelled(data: BenchData, truth: Truth) -> _Labelled:
    chosen = [i for i, label in enumerate(truth.labels) if label is not None]
    labels = np.array([truth.labels[i] for i in chosen], dtype=np.int64)
    outputs = data.device[chosen]
    return _Labelled(
        labels=labels,
        device=outputs.argmax(axis=1).astype(np.int64),
        host=data.host[chosen].argmax(axis=1).astype(np.int64),
        scores=metrics.probabilities(outputs, data.output_scale, data.output_zero_point),
        floats=truth.float_predictions[chosen] if truth.float_predictions is not None else None,
    )


def _accuracy(part: _Labelled | None) -> dict[str, Any]:
    if part is None:
        return {"device": None, "host_int8": None, "float": None, "ci95": None, "labelled": 0}
    return {
        "device": metrics.accuracy(part.labels, part.device),
        "host_int8": metrics.accuracy(part.labels, part.host),
        "float": metrics.accuracy(part.labels, part.floats) if part.floats is not None else None,
        "ci95": as_list(statistics.bootstrap_accuracy(part.device == part.labels)),
        "labelled": int(part.labels.size),
    }


def class_rows(
    labels: npt.NDArray[np.int64],
    predictions: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float64],
    names: Sequence[str],
    *,
    auc_intervals: bool = True,
) -> list[dict[str, Any]]:
    """A row a class: sensitivity, specificity (each with Wilson's interval), precision, F1 and AUC with a bootstrap."""
    confusion = metrics.confusion_matrix(labels, predictions, len(names))
    rows = []
    for i, row in enumerate(metrics.class_metrics(confusion, names, metrics.class_aucs(labels, scores))):
        hits, total = int(confusion[i, i]), int(confusion.sum())
        rejected = total - row.support - int(confusion[:, i].sum()) + hits
        made: dict[str, Any] = {
            "name": row.name,
            "support": row.support,
            "sensitivity": row.sensitivity,
            "specificity": row.specificity,
            "precision": row.precision,
            "f1": row.f1,
            "auc": row.auc,
            "sensitivity_ci95": as_list(statistics.wilson(hits, row.support)),
            "specificity_ci95": as_list(statistics.wilson(rejected, total - row.support)),
        }
        if auc_intervals:
            interval = statistics.bootstrap(metrics.auc, labels == i, scores[:, i], resamples=AUC_RESAMPLES)
            made["auc_ci95"] = as_list(interval)
        rows.append(made)
    return rows


def as_list(interval: statistics.Interval | None) -> list[float] | None:
    """[low, high], or None."""
    return interval.as_list() if interval is not None else None


def compare_with_float(
    labels: npt.NDArray[np.int64],
    floats: npt.NDArray[np.int64],
    device: npt.NDArray[np.int64],
    margin: float = EQUIVALENCE_MARGIN,
) -> dict[str, Any] | None:
    """Paired statistics of float against int8 on the same images; None without images."""
    float_right, int8_right = floats == labels, device == labels
    test = statistics.mcnemar(float_right, int8_right)
    same = statistics.equivalence(float_right, int8_right, margin)
    if same is None:
        return None
    return {
        "only_float_right": test.only_first,
        "only_int8_right": test.only_second,
        "mcnemar_p": test.p_value,
        "difference": same.difference,
        "difference_ci90": same.interval90.as_list(),
        "equivalence_margin": same.margin,
        "equivalence_p": same.p_value,
        "equivalent": same.equivalent,
        "both_wrong": int(np.sum(~float_right & ~int8_right)),
        "both_wrong_alike": int(np.sum((floats == device) & ~float_right)),
        "both_wrong_alike_share": float(np.mean((floats == device) & ~float_right)),
    }


def _memory(memory: Memory) -> dict[str, Any]:
    return {
        "flash": {
            "total": memory.flash_total,
            "engine": memory.flash_engine,
            "weights": memory.flash_weights,
            "other": memory.flash_other,
            "limit": memory.flash_limit,
        },
        "ram": {
            "total": memory.ram_total,
            "arena": memory.ram_arena,
            "no_overlap": memory.ram_no_overlap,
            "static": memory.ram_static,
            "stack": memory.ram_stack,
            "stack_peak": memory.ram_stack_peak,
            "stack_bound": memory.ram_stack_bound,
            "limit": memory.ram_limit,
        },
    }


def _profile(layers: tuple[Layer, ...]) -> list[dict[str, Any]]:
    total = sum(layer.latency for layer in layers)
    return [
        {
            "index": layer.index,
            "layer": layer.name,
            "kernel": layer.kernel,
            "latency": layer.latency,
            "macs": layer.macs,
            "per_mac": layer.latency / layer.macs if layer.macs else None,
            "share": layer.latency / total if total else None,
        }
        for layer in layers
    ]


def document(data: BenchData) -> dict[str, Any]:
    """The bench report as plain values, with the keys that others read first.

    ``accuracy`` values are null and ``per_class`` is empty where the run had no labels. Sizes are bytes. Intervals are
    95 % bootstrap for the accuracy and 95 % Wilson for sensitivities and specificities.

    Raises:
        ValueError: lengths of the parts do not agree.
    """
    wrong = mismatching(data.device, data.host)
    truth = data.truth if data.truth is not None and any(v is not None for v in data.truth.labels) else None
    part = _labelled(data, truth) if truth is not None else None
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "board": data.board,
        "runtime": data.runtime,
        "model_sha256": data.model_sha256,
        "firmware_sha256": data.firmware_sha256,
        "samples": len(data.ids),
        "mismatches": len(wrong),
        "accuracy": _accuracy(part),
        "per_class": [],
        "latency": latency_summary(data.latencies, data.unit),
        "memory": _memory(data.memory),
        "link": dict(data.link),
    }
    if data.random_seed is not None:
        report["random_seed"] = data.random_seed
        report["outputs_crc32"] = crc32s(data.device)
    if wrong:
        report["mismatching_samples"] = [data.ids[i] for i in wrong[:100]]
    if part is not None and truth is not None:
        confusion = metrics.confusion_matrix(part.labels, part.device, len(truth.class_names))
        report["per_class"] = class_rows(part.labels, part.device, part.scores, truth.class_names)
        report["confusion"] = {"classes": list(truth.class_names), "counts": confusion.tolist()}
        report["calibration_error"] = metrics.calibration_error(part.labels, part.scores)
        if part.floats is not None:
            report["float_vs_int8"] = compare_with_float(part.labels, part.floats, part.device)
    if data.profile:
        report["profile"] = _profile(data.profile)
    report["board_name"] = data.board_name
    report.update(data.facts)
    return report
