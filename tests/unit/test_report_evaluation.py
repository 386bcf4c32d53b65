"""The evaluation report against worked cases."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from mcu_toolkit.report import evaluation, html, metrics, terminal
from mcu_toolkit.report.bench import Truth
from mcu_toolkit.report.evaluation import EvalData
from tests.support.pages import checked

SIZES = {"file_bytes": 1000, "parameters": 200, "weights_bytes": 260, "arena_bytes": 512}


def data(**changes: Any) -> EvalData:
    """Forty images of two classes; int8 errs on four, float on one of these and on one other, with the same class."""
    labels = np.arange(40) % 2
    int8 = np.where(np.isin(np.arange(40), [0, 1, 2, 3]), 1 - labels, labels)
    floats = np.where(np.isin(np.arange(40), [0, 9]), 1 - labels, labels)
    outputs = np.where(np.arange(2) == int8[:, None], 72, -72).astype(np.int8)
    logits = np.where(np.arange(2) == floats[:, None], 2.0, -2.0).astype(np.float32)
    found: dict[str, Any] = {
        "model_sha256": "c" * 64,
        "ids": tuple(map(str, range(40))),
        "outputs": {"oracle": outputs, "tflm": outputs.copy(), "c": outputs.copy()},
        "absent": {},
        "output_scale": 1 / 256,
        "output_zero_point": -128,
        "sizes": SIZES,
        "truth": Truth(("no", "yes"), tuple(int(k) for k in labels)),
        "float_logits": logits,
    }
    return EvalData(**{**found, **changes})


def test_accuracies_and_paired_statistics() -> None:
    report = evaluation.document(data())
    assert report["accuracy"]["int8"] == 36 / 40
    assert report["accuracy"]["float"] == 38 / 40
    low, high = report["accuracy"]["int8_ci95"]
    assert low < 0.9 < high
    versus = report["float_vs_int8"]
    assert (versus["only_float_right"], versus["only_int8_right"], versus["both_wrong_alike"]) == (3, 1, 1)
    assert versus["mcnemar_p"] == pytest.approx(10 / 16)
    assert versus["difference"] == pytest.approx(0.05)
    assert versus["both_wrong_alike_share"] == pytest.approx(1 / 40)
    json.dumps(report)


def test_confusion_before_and_after_quantization() -> None:
    confusion = evaluation.document(data())["confusion"]
    assert confusion["counts"] == [[18, 2], [2, 18]]
    assert confusion["float_counts"] == [[19, 1], [1, 19]]


def test_pairs_of_references_are_compared_byte_by_byte() -> None:
    outputs = dict(data().outputs)
    outputs["c"] = outputs["c"].copy()
    outputs["c"][5, 1] += 1
    report = evaluation.document(data(outputs=outputs))
    assert report["mismatches"] == {"oracle-tflm": 0, "oracle-c": 1, "tflm-c": 1}


def test_calibration_of_a_sure_network() -> None:
    error = evaluation.document(data())["calibration_error"]
    confidence = 200 / 256
    assert error["int8"] == pytest.approx(abs(0.9 - confidence), abs=0.01)


def test_auc_has_an_interval() -> None:
    row = evaluation.document(data())["per_class"][0]
    assert row["auc_ci95"][0] <= row["auc"] <= row["auc_ci95"][1]


def test_a_threshold_sweep_trades_sensitivity_for_specificity() -> None:
    rng = np.random.default_rng(3)
    labels = np.arange(200) % 2
    high = np.clip(rng.normal(0.35 + 0.3 * labels, 0.15), 0, 1)
    scores = np.stack([1 - high, high], axis=1)
    (_, row) = evaluation.sweep(labels, scores, ("no", "yes"))
    sensitivity = [p["sensitivity"] for p in row["points"]]
    specificity = [p["specificity"] for p in row["points"]]
    assert sensitivity == sorted(sensitivity, reverse=True)
    assert specificity == sorted(specificity)
    assert row["best"]["youden_j"] == max(p["youden_j"] for p in row["points"])
    assert 0.3 < row["best"]["threshold"] < 0.7


def test_one_threshold_by_hand() -> None:
    got = metrics.at_threshold(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.5, 0.1]), 0.5)
    assert got == {"threshold": 0.5, "sensitivity": 0.5, "specificity": 0.5, "precision": 0.5, "youden_j": 0.0}
    assert metrics.at_threshold(np.array([True]), np.array([0.1]), 0.5)["precision"] is None


def test_reliability_bins_hold_every_image() -> None:
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.55, 0.45]])
    rows = metrics.reliability(np.array([0, 1, 0]), scores, bins=10)
    assert sum(int(row["images"]) for row in rows) == 3
    assert metrics.reliability(np.array([], dtype=int), np.zeros((0, 2))) == []


def test_without_labels_there_are_outputs_only() -> None:
    report = evaluation.document(data(truth=None, random_seed=7))
    assert report["accuracy"] == {"float": None, "int8": None}
    assert len(report["outputs_crc32"]) == 40
    assert "confusion" not in report


@pytest.mark.parametrize(
    "changes", [{}, {"truth": None, "float_logits": None}, {"sweep": True}, {"float_logits": None}]
)
def test_terminal_and_page_take_every_report(changes: dict[str, Any]) -> None:
    from io import StringIO

    from rich.console import Console

    report = {**evaluation.document(data(**changes)), "model": "m.tflite", "absent": {"tflm": "not here [x]"}}
    console = Console(file=StringIO(), width=150)
    console.print(terminal.evaluation(report))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "not here [x]" in text
    assert ("McNemar" in text) == ("float_vs_int8" in report)
    checked(html.evaluation(report))
