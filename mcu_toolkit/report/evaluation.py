"""Assembles the evaluation report: schema ``mcutk.eval/1``, what `mcutk eval` says about a model without a board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.report import metrics, statistics
from mcu_toolkit.report.bench import Truth, as_list, class_rows, compare_with_float, crc32s, mismatching

SCHEMA = "mcutk.eval/1"
#: Thresholds of a sweep: every twentieth, and finer ends, where screening works.
THRESHOLDS = (0.01, 0.02, *(step / 20 for step in range(1, 20)), 0.98, 0.99)


@dataclass(frozen=True, eq=False)
class EvalData:
    """Everything that an evaluation is made of.

    Attributes:
        model_sha256: 64 hex digits.
        ids: name of each sample.
        outputs: reference (``oracle``, ``tflm``, ``c``) → int8 [N, bytes].
        absent: reference that could not run → why.
        output_scale, output_zero_point: quantization of the output.
        sizes: sizes in bytes and counts, ready for the report.
        truth: class names and labels, where there are any.
        float_logits: float32 [N, classes] of the float network, where it is at hand.
        margin: greatest difference of accuracy without practical meaning, as a share.
        sweep: whether to sweep decision thresholds.
        random_seed: first seed, where the samples are random inputs.
        facts: further plain values for the report.
    """

    model_sha256: str
    ids: tuple[str, ...]
    outputs: Mapping[str, npt.NDArray[np.int8]]
    absent: Mapping[str, str]
    output_scale: float
    output_zero_point: int
    sizes: Mapping[str, Any]
    truth: Truth | None = None
    float_logits: npt.NDArray[np.float32] | None = None
    margin: float = 0.02
    sweep: bool = False
    random_seed: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def document(data: EvalData) -> dict[str, Any]:
    """The report as plain values. ``mismatches`` holds a count for each pair of references; all must be 0."""
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "model_sha256": data.model_sha256,
        "samples": len(data.ids),
        "references": [*data.outputs],
        "absent": dict(data.absent),
        "mismatches": {
            f"{a}-{b}": len(mismatching(data.outputs[a], data.outputs[b])) for a, b in combinations(data.outputs, 2)
        },
        "sizes": dict(data.sizes),
        "accuracy": {"float": None, "int8": None},
        "per_class": [],
    }
    if data.random_seed is not None:
        report["random_seed"] = data.random_seed
        report["outputs_crc32"] = crc32s(next(iter(data.outputs.values())))
    if data.truth is not None and any(label is not None for label in data.truth.labels):
        report.update(_labelled(data, data.truth))
    report.update(data.facts)
    return report


@dataclass(frozen=True, eq=False)
class _Stage:
    """What one network said about the labelled images: labels [N], predictions [N], probabilities [N, C]."""

    labels: npt.NDArray[np.int64]
    predictions: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]


def _stages(data: EvalData, truth: Truth) -> dict[str, _Stage]:
    chosen = [i for i, label in enumerate(truth.labels) if label is not None]
    labels = np.array([truth.labels[i] for i in chosen], dtype=np.int64)
    outputs = next(iter(data.outputs.values()))[chosen]
    scores = metrics.probabilities(outputs, data.output_scale, data.output_zero_point)
    stages = {"int8": _Stage(labels, outputs.argmax(axis=1).astype(np.int64), scores)}
    if data.float_logits is not None:
        logits = data.float_logits[chosen].astype(np.float64)
        stages["float"] = _Stage(labels, logits.argmax(axis=1).astype(np.int64), metrics.softmax(logits))
    return stages


def _labelled(data: EvalData, truth: Truth) -> dict[str, Any]:
    stages = _stages(data, truth)
    names, int8 = truth.class_names, stages["int8"]
    accuracy: dict[str, Any] = {"float": None, "int8": None, "labelled": int(int8.labels.size)}
    for name, stage in stages.items():
        right = stage.predictions == stage.labels
        accuracy[name] = metrics.accuracy(stage.labels, stage.predictions)
        accuracy[f"{name}_ci95"] = as_list(statistics.bootstrap_accuracy(right))
    found: dict[str, Any] = {
        "accuracy": accuracy,
        "per_class": class_rows(int8.labels, int8.predictions, int8.scores, names),
        "confusion": {
            "classes": list(names),
            "counts": metrics.confusion_matrix(int8.labels, int8.predictions, len(names)).tolist(),
        },
        "calibration_error": {k: metrics.calibration_error(s.labels, s.scores) for k, s in stages.items()},
        "reliability": metrics.reliability(int8.labels, int8.scores),
    }
    if "float" in stages:
        floats = stages["float"]
        found["confusion"]["float_counts"] = metrics.confusion_matrix(
            floats.labels, floats.predictions, len(names)
        ).tolist()
        found["float_vs_int8"] = compare_with_float(int8.labels, floats.predictions, int8.predictions, data.margin)
    if data.sweep:
        found["threshold_sweep"] = sweep(int8.labels, int8.scores, names)
    return found


def sweep(labels: npt.NDArray[np.int64], scores: npt.NDArray[np.float64], names: Sequence[str]) -> list[dict[str, Any]]:
    """For each class, what calling it at each threshold of its probability would give; `best` maximises Youden's J."""
    rows = []
    for i, name in enumerate(names):
        points = [metrics.at_threshold(labels == i, scores[:, i], t) for t in THRESHOLDS]
        known = [p for p in points if p["youden_j"] is not None]
        best = max(known, key=lambda p: p["youden_j"] or 0.0) if known else None
        rows.append({"class": name, "best": best, "points": points})
    return rows
