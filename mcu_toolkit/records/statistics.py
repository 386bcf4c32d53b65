"""Statistics of classifiers that several documents hold: class rows, confusion, paired comparison, thresholds.

Shares are between 0 and 1. An interval is (low, high). A value that is not known is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClassRow:
    """One class against the rest.

    Attributes:
        name: of the class.
        support: images of the class.
        sensitivity: TP / (TP + FN).
        specificity: TN / (TN + FP).
        precision: TP / (TP + FP).
        f1: 2 TP / (2 TP + FP + FN).
        auc: area under the one-against-rest ROC curve.
        sensitivity_ci95, specificity_ci95: Wilson's 95 % intervals.
        auc_ci95: 95 % percentile bootstrap interval.
    """

    name: str
    support: int
    sensitivity: float | None
    specificity: float | None
    precision: float | None
    f1: float | None
    auc: float | None
    sensitivity_ci95: tuple[float, float] | None
    specificity_ci95: tuple[float, float] | None
    auc_ci95: tuple[float, float] | None


@dataclass(frozen=True)
class Confusion:
    """Images by true class (row) and predicted class (column).

    Attributes:
        classes: names, in the order of rows and columns.
        counts: of the int8 model.
        float_counts: of the float network; left out where its predictions are not known.
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    float_counts: tuple[tuple[int, ...], ...] | None = field(default=None, metadata={"omit": True})


@dataclass(frozen=True)
class FloatVersusInt8:
    """Paired comparison of the float network and the int8 model on the same images.

    Attributes:
        only_float_right, only_int8_right: images that only one of them classifies right.
        mcnemar_p: McNemar's exact test, two-sided.
        difference: accuracy of float less accuracy of int8.
        difference_ci90: Tango's 90 % score interval of the difference.
        equivalence_margin: differences within ± this share count as equivalent.
        equivalence_p: the larger p-value of two one-sided tests.
        equivalent: whether equivalence is shown at the 5 % level.
        both_wrong: images on which both are wrong.
        both_wrong_alike: images on which both are wrong with the same class.
        both_wrong_alike_share: the same as a share of all images.
    """

    only_float_right: int
    only_int8_right: int
    mcnemar_p: float
    difference: float
    difference_ci90: tuple[float, float]
    equivalence_margin: float
    equivalence_p: float
    equivalent: bool
    both_wrong: int
    both_wrong_alike: int
    both_wrong_alike_share: float


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of the reliability diagram: images in it, their mean confidence and their accuracy."""

    images: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class ThresholdPoint:
    """Result of calling an image positive where its score is at least the threshold.

    Attributes:
        threshold: of the probability of the class.
        sensitivity, specificity, precision: None where the ratio has no denominator.
        youden_j: sensitivity + specificity - 1.
    """

    threshold: float
    sensitivity: float | None
    specificity: float | None
    precision: float | None
    youden_j: float | None


@dataclass(frozen=True)
class ThresholdSweep:
    """One class over all thresholds.

    Attributes:
        class_name: of the class.
        best: the point with the largest Youden's J, chosen on the same images; None where no point has one.
        points: in ascending order of the threshold.
    """

    class_name: str = field(metadata={"key": "class"})
    best: ThresholdPoint | None
    points: tuple[ThresholdPoint, ...]
