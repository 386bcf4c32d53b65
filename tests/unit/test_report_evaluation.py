"""The evaluation report against examples calculated by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcu_toolkit.graph.ir import DType, Quant, Tensor
from mcu_toolkit.records.codec import dump, load
from mcu_toolkit.records.evaluation import EvaluationAccuracy, EvaluationRecord, ModelSizes
from mcu_toolkit.report.classification import Truth
from mcu_toolkit.report.evaluation.assemble import EvaluationData, evaluation_record, threshold_sweep
from mcu_toolkit.report.evaluation.page import evaluation_page
from mcu_toolkit.report.evaluation.terminal import evaluation_text
from tests.support.pages import checked
from tests.support.terminal import shown

SIZES = ModelSizes(file_bytes=1000, parameters=200, weights_bytes=260, arena_bytes=512)

OUTPUT = Tensor("scores", (1, 2), DType.INT8, Quant(np.array([1 / 256], np.float32), np.array([-128], np.int64)))


def data(**changes: Any) -> EvaluationData:
    """Forty images of two classes; int8 is wrong on four of them, float on one of these four and on another one."""
    labels = np.arange(40) % 2
    int8 = np.where(np.isin(np.arange(40), [0, 1, 2, 3]), 1 - labels, labels)
    floats = np.where(np.isin(np.arange(40), [0, 9]), 1 - labels, labels)
    outputs = np.where(np.arange(2) == int8[:, None], 72, -72).astype(np.int8).view(np.uint8)
    logits = np.where(np.arange(2) == floats[:, None], 2.0, -2.0).astype(np.float32)
    found: dict[str, Any] = {
        "model": "m.tflite",
        "command": "mcutk eval",
        "model_sha256": "c" * 64,
        "ids": tuple(map(str, range(40))),
        "outputs": {"oracle": outputs, "tflm": outputs.copy(), "c": outputs.copy()},
        "absent": {},
        "output": OUTPUT,
        "sizes": SIZES,
        "truth": Truth(("no", "yes"), tuple(int(k) for k in labels)),
        "float_logits": logits,
    }
    return EvaluationData(**{**found, **changes})


def test_accuracies_and_paired_statistics() -> None:
    record = evaluation_record(data())
    assert record.accuracy.int8 == 36 / 40
    assert record.accuracy.float_network == 38 / 40
    assert record.accuracy.int8_ci95 is not None
    low, high = record.accuracy.int8_ci95
    assert low < 0.9 < high
    versus = record.float_vs_int8
    assert versus is not None
    assert (versus.only_float_right, versus.only_int8_right, versus.both_wrong_alike) == (3, 1, 1)
    assert versus.mcnemar_p == pytest.approx(10 / 16)
    assert versus.difference == pytest.approx(0.05)
    assert versus.both_wrong_alike_share == pytest.approx(1 / 40)


def test_confusion_before_and_after_quantization() -> None:
    confusion = evaluation_record(data()).confusion
    assert confusion is not None
    assert confusion.counts == ((18, 2), (2, 18))
    assert confusion.float_counts == ((19, 1), (1, 19))


def test_pairs_of_references_are_compared_byte_by_byte() -> None:
    outputs = dict(data().outputs)
    outputs["c"] = outputs["c"].copy()
    outputs["c"][5, 1] += 1
    assert evaluation_record(data(outputs=outputs)).mismatches == {"oracle-tflm": 0, "oracle-c": 1, "tflm-c": 1}


def test_calibration_error_of_constant_confidence() -> None:
    error = evaluation_record(data()).calibration_error
    assert error is not None
    assert error["int8"] == pytest.approx(abs(0.9 - 200 / 256), abs=0.01)


def test_auc_has_an_interval() -> None:
    row = evaluation_record(data()).per_class[0]
    assert row.auc is not None and row.auc_ci95 is not None
    assert row.auc_ci95[0] <= row.auc <= row.auc_ci95[1]


def test_a_threshold_sweep_trades_sensitivity_for_specificity() -> None:
    rng = np.random.default_rng(3)
    labels = np.arange(200) % 2
    high = np.clip(rng.normal(0.35 + 0.3 * labels, 0.15), 0, 1)
    (_, sweep) = threshold_sweep(labels, np.stack([1 - high, high], axis=1), ("no", "yes"))
    sensitivity = [point.sensitivity or 0.0 for point in sweep.points]
    specificity = [point.specificity or 0.0 for point in sweep.points]
    assert sensitivity == sorted(sensitivity, reverse=True)
    assert specificity == sorted(specificity)
    assert sweep.best is not None
    assert sweep.best.youden_j == max(point.youden_j or 0.0 for point in sweep.points)
    assert 0.3 < sweep.best.threshold < 0.7


def test_without_labels_there_are_outputs_only() -> None:
    record = evaluation_record(data(truth=None, random_seed=7))
    assert record.accuracy == EvaluationAccuracy(None, None, None, None, 0)
    assert record.outputs_crc32 is not None and len(record.outputs_crc32) == 40
    assert record.confusion is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"truth": None, "float_logits": None},
        {"sweep": True},
        {"float_logits": None},
        {"external": "/images [x]", "also_in_training": 2, "recipe": "phantom", "synthetic": True},
    ],
)
def test_document_terminal_and_page_take_every_report(changes: dict[str, Any]) -> None:
    record = evaluation_record(data(absent={"tflm": "not here [x]"}, **changes))
    assert load(EvaluationRecord, dump(record)) == record
    text = shown(evaluation_text(record))
    assert "not here [x]" in text
    assert ("McNemar" in text) == (record.float_vs_int8 is not None)
    assert ("equal to training images" in text) == (record.also_in_training == 2)
    checked(evaluation_page(record))
