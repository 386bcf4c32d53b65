"""Classification metrics from labels, predictions and scores. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.records.statistics import ReliabilityBin, ThresholdPoint

IntArray = npt.NDArray[np.integer]
FloatArray = npt.NDArray[np.floating]
Confusion = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClassMetrics:
    """One class against the rest.

    A ratio whose denominator is zero (a class without images, or never predicted) is None, not 0.

    Attributes:
        name: class.
        support: images of the class.
        sensitivity: share of the class's images that are predicted as the class, TP / (TP + FN); also called recall.
        specificity: share of the other images that are not predicted as the class, TN / (TN + FP).
        precision: share of the images predicted as the class that belong to it, TP / (TP + FP).
        f1: harmonic mean of precision and sensitivity, 2 TP / (2 TP + FP + FN).
        auc: area under the one-against-rest ROC curve, where scores are known.
    """

    name: str
    support: int
    sensitivity: float | None
    specificity: float | None
    precision: float | None
    f1: float | None
    auc: float | None = None


def confusion_matrix(labels: IntArray, predictions: IntArray, classes: int) -> Confusion:
    """Counts by true class (row) and predicted class (column).

    Args:
        labels: [N], 0 to classes - 1.
        predictions: [N], 0 to classes - 1.
        classes: number of classes.

    Raises:
        ValueError: the lengths differ or a value is out of range.
    """
    if labels.shape != predictions.shape or labels.ndim != 1:
        raise ValueError(f"labels {labels.shape} and predictions {predictions.shape} must be of one length")
    for values in (labels, predictions):
        if values.size and not (int(values.min()) >= 0 and int(values.max()) < classes):
            raise ValueError(f"class index outside 0 to {classes - 1}")
    flat = labels.astype(np.int64) * classes + predictions.astype(np.int64)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def accuracy(labels: IntArray, predictions: IntArray) -> float | None:
    """Share of predictions that equal the label; None without images."""
    return float(np.mean(labels == predictions)) if labels.size else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def class_metrics(
    confusion: Confusion, names: Sequence[str], aucs: Sequence[float | None] | None = None
) -> tuple[ClassMetrics, ...]:
    """Metrics of every class from a confusion matrix.

    Args:
        confusion: int64 [C, C], rows true, columns predicted.
        names: C class names.
        aucs: C areas under the ROC curve, where they are known.
    """
    total = int(confusion.sum())
    result = []
    for i, name in enumerate(names):
        tp = int(confusion[i, i])
        support = int(confusion[i].sum())
        predicted = int(confusion[:, i].sum())
        fp, fn = predicted - tp, support - tp
        tn = total - tp - fp - fn
        result.append(
            ClassMetrics(
                name=name,
                support=support,
                sensitivity=_ratio(tp, support),
                specificity=_ratio(tn, tn + fp),
                precision=_ratio(tp, predicted),
                f1=_ratio(2 * tp, 2 * tp + fp + fn),
                auc=aucs[i] if aucs is not None else None,
            )
        )
    return tuple(result)


def _midranks(values: FloatArray) -> npt.NDArray[np.float64]:
    """Ranks from 1; ties share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    mean_rank = ends - (counts - 1) / 2
    return np.asarray(mean_rank[inverse.reshape(-1)], dtype=np.float64)


def auc(positive: npt.NDArray[np.bool_], scores: FloatArray) -> float | None:
    """Area under the ROC curve as the Mann-Whitney statistic: P(score of a positive > of a negative) + P(equal) / 2.

    Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    Radiology 143 (1982): AUC = (R - n1 (n1 + 1) / 2) / (n1 n0), R the sum of the positives' ranks. Ties matter here:
    int8 scores have 256 values at most.

    Args:
        positive: [N], whether the image belongs to the class.
        scores: [N], larger means more like the class.

    Returns:
        None where one of the two groups is empty.
    """
    n1 = int(positive.sum())
    n0 = int(positive.size) - n1
    if n1 == 0 or n0 == 0:
        return None
    rank_sum = float(_midranks(scores)[positive].sum())
    return (rank_sum - n1 * (n1 + 1) / 2) / (n1 * n0)


def class_aucs(labels: IntArray, scores: FloatArray) -> tuple[float | None, ...]:
    """One-against-rest AUC of every class.

    Args:
        labels: [N].
        scores: [N, C], one column per class.
    """
    return tuple(auc(labels == c, scores[:, c]) for c in range(scores.shape[1]))


def softmax(logits: FloatArray) -> npt.NDArray[np.float64]:
    """Rows of logits [N, C] as rows of probabilities."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=1, keepdims=True), dtype=np.float64)


def probabilities(real: FloatArray, step: float) -> npt.NDArray[np.float64]:
    """Rows of probabilities from a model's scores: scaled to a sum of 1.

    Outputs that are not probabilities (a model that ends in logits: some value below 0 or a row sum far from 1) go
    through a softmax first.

    Args:
        real: [N, C], dequantized.
        step: difference of two neighbouring scores of the quantized output.

    Returns:
        float64 [N, C], every row of sum 1.
    """
    sums = real.sum(axis=1, keepdims=True)
    # A softmax output quantized by 1/256 is off by at most half a step in each class.
    if real.size and (real.min() < 0 or np.abs(sums - 1).max() > 0.5 * step * real.shape[1] + step):
        return softmax(real)
    return np.asarray(real / np.maximum(sums, np.finfo(np.float64).tiny))


def calibration_error(labels: IntArray, scores: FloatArray, bins: int = 15) -> float | None:
    """Expected calibration error: mean over confidence bins of |accuracy - confidence|, weighted by images.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation (3); equal-width bins.

    Args:
        labels: [N].
        scores: [N, C], rows of probabilities.
        bins: number of bins over (0, 1].

    Returns:
        0 to 1; None without images.
    """
    if labels.size == 0:
        return None
    confidence = scores.max(axis=1)
    correct = scores.argmax(axis=1) == labels
    index = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    error = 0.0
    for b in np.unique(index):
        inside = index == b
        error += float(inside.mean()) * abs(float(correct[inside].mean()) - float(confidence[inside].mean()))
    return error


def reliability(labels: IntArray, scores: FloatArray, bins: int = 15) -> tuple[ReliabilityBin, ...]:
    """The reliability diagram of `calibration_error`: images, mean confidence and accuracy of each bin in use.

    Args:
        labels: [N].
        scores: [N, C], rows of probabilities.
        bins: number of bins over (0, 1].
    """
    if labels.size == 0:
        return ()
    confidence = scores.max(axis=1)
    correct = scores.argmax(axis=1) == labels
    index = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    return tuple(
        ReliabilityBin(
            images=int((index == b).sum()),
            confidence=float(confidence[index == b].mean()),
            accuracy=float(correct[index == b].mean()),
        )
        for b in np.unique(index)
    )


def at_threshold(positive: npt.NDArray[np.bool_], scores: FloatArray, threshold: float) -> ThresholdPoint:
    """Figures of calling an image positive where its score is at least `threshold`.

    Args:
        positive: [N], whether the image belongs to the class.
        scores: [N], probability of the class.
        threshold: of the probability.
    """
    called = scores >= threshold
    tp, fp = int((called & positive).sum()), int((called & ~positive).sum())
    fn, tn = int((~called & positive).sum()), int((~called & ~positive).sum())
    sensitivity, specificity = _ratio(tp, tp + fn), _ratio(tn, tn + fp)
    youden = sensitivity + specificity - 1 if sensitivity is not None and specificity is not None else None
    return ThresholdPoint(threshold, sensitivity, specificity, _ratio(tp, tp + fp), youden)
