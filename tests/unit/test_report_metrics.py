"""Classification metrics against examples calculated by hand and independent formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu_toolkit.records.statistics import ThresholdPoint
from mcu_toolkit.report import metrics


def test_confusion_counts_rows_true_columns_predicted() -> None:
    got = metrics.confusion_matrix(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0]), 3)
    assert got.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]


@pytest.mark.parametrize("labels, predictions", [([0, 3], [0, 0]), ([0, -1], [0, 0]), ([0], [0, 1])])
def test_confusion_refuses_classes_out_of_range(labels: list[int], predictions: list[int]) -> None:
    with pytest.raises(ValueError):
        metrics.confusion_matrix(np.array(labels), np.array(predictions), 3)


def test_class_metrics_of_an_example() -> None:
    first, second, third = metrics.class_metrics(np.array([[8, 2, 0], [1, 9, 0], [0, 0, 0]]), ["a", "b", "c"])
    assert (first.support, first.sensitivity, first.precision) == (10, 0.8, 8 / 9)
    assert first.specificity == 0.9
    assert first.f1 == pytest.approx(2 * 0.8 * (8 / 9) / (0.8 + 8 / 9))
    assert second.sensitivity == 0.9
    # A class without true or predicted images has no sensitivity, precision or F1: None, not 0.
    assert (third.sensitivity, third.precision, third.f1, third.specificity) == (None, None, None, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.integers(-4, 4)), min_size=2, max_size=30))
def test_auc_is_the_share_of_ordered_pairs(rows: list[tuple[bool, int]]) -> None:
    positive = np.array([p for p, _ in rows])
    scores = np.array([s for _, s in rows], dtype=np.float64)
    pairs = [(s > t) + (s == t) / 2 for s in scores[positive] for t in scores[~positive]]
    got = metrics.auc(positive, scores)
    if not pairs:
        assert got is None
    else:
        assert got == pytest.approx(np.mean(pairs))


def test_probabilities_of_softmax_outputs_sum_to_one() -> None:
    outputs = np.array([[127, -128], [0, -1], [-128, 126]], dtype=np.int8)
    got = metrics.probabilities((outputs.astype(float) + 128) / 256, 1 / 256)
    assert got.sum(axis=1) == pytest.approx([1, 1, 1])
    assert got.argmax(axis=1).tolist() == [0, 0, 1]
    assert got[1] == pytest.approx([128 / 255, 127 / 255])


def test_probabilities_of_logits_go_through_softmax() -> None:
    got = metrics.probabilities(np.array([[1.0, 0.0], [-1.0, 0.0]]), 0.1)
    assert got[0] == pytest.approx([np.e / (1 + np.e), 1 / (1 + np.e)])


def test_calibration_error_of_examples() -> None:
    sure = np.array([[1.0, 0.0]] * 4)
    assert metrics.calibration_error(np.array([0, 0, 0, 0]), sure) == 0
    assert metrics.calibration_error(np.array([0, 0, 1, 1]), sure) == 0.5
    two_bins = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    # |1 - 0.9| on one half, |0.5 - 0.6| on the other
    assert metrics.calibration_error(np.array([0, 0, 0, 1]), two_bins) == pytest.approx(0.1)
    assert metrics.calibration_error(np.array([], dtype=np.int64), np.zeros((0, 2))) is None


def test_one_threshold_by_hand() -> None:
    got = metrics.at_threshold(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.5, 0.1]), 0.5)
    assert got == ThresholdPoint(threshold=0.5, sensitivity=0.5, specificity=0.5, precision=0.5, youden_j=0.0)
    assert metrics.at_threshold(np.array([True]), np.array([0.1]), 0.5).precision is None


def test_reliability_bins_contain_every_image() -> None:
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.55, 0.45]])
    bins = metrics.reliability(np.array([0, 1, 0]), scores, bins=10)
    assert sum(one.images for one in bins) == 3
    assert metrics.reliability(np.array([], dtype=int), np.zeros((0, 2))) == ()
