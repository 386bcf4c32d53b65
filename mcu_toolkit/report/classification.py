"""Figures of labelled samples that the bench report and the evaluation report share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.records.statistics import ClassRow, Confusion, FloatVersusInt8
from mcu_toolkit.report import metrics, statistics

Labels = npt.NDArray[np.int64]
#: Differences of accuracy within this share count as equivalent.
EQUIVALENCE_MARGIN = 0.02
_AUC_RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class Truth:
    """Labels of the samples.

    Attributes:
        class_names: in the order of the outputs.
        labels: class index of each sample; None where unknown.
        float_predictions: int64 [N], class by the float network of each sample; None where they are not known.
    """

    class_names: tuple[str, ...]
    labels: tuple[int | None, ...]
    float_predictions: Labels | None = None

    @property
    def labelled(self) -> tuple[int, ...]:
        """Indices of the samples that have a label."""
        return tuple(i for i, label in enumerate(self.labels) if label is not None)

    def known_labels(self) -> Labels:
        """Labels of the samples of `labelled`."""
        return np.array([label for label in self.labels if label is not None], dtype=np.int64)


def class_rows(
    labels: Labels, predictions: Labels, scores: npt.NDArray[np.float64], names: Sequence[str]
) -> tuple[ClassRow, ...]:
    """One row per class: sensitivity and specificity with Wilson's intervals, precision, F1, AUC with a bootstrap.

    Args:
        labels: [N].
        predictions: [N].
        scores: [N, C], rows of probabilities.
        names: C class names.
    """
    confusion = metrics.confusion_matrix(labels, predictions, len(names))
    total = int(confusion.sum())
    rows = []
    for i, row in enumerate(metrics.class_metrics(confusion, names, metrics.class_aucs(labels, scores))):
        hits = int(confusion[i, i])
        rejected = total - row.support - int(confusion[:, i].sum()) + hits
        rows.append(
            ClassRow(
                name=row.name,
                support=row.support,
                sensitivity=row.sensitivity,
                specificity=row.specificity,
                precision=row.precision,
                f1=row.f1,
                auc=row.auc,
                sensitivity_ci95=statistics.wilson(hits, row.support),
                specificity_ci95=statistics.wilson(rejected, total - row.support),
                auc_ci95=statistics.bootstrap(metrics.auc, labels == i, scores[:, i], resamples=_AUC_RESAMPLES),
            )
        )
    return tuple(rows)


def confusion(labels: Labels, predictions: Labels, names: Sequence[str], floats: Labels | None = None) -> Confusion:
    """Confusion matrices of the int8 model and, where its predictions are given, of the float network."""

    def counts(predicted: Labels) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(row) for row in metrics.confusion_matrix(labels, predicted, len(names)).tolist())

    return Confusion(tuple(names), counts(predictions), None if floats is None else counts(floats))


def compare_with_float(
    labels: Labels, floats: Labels, int8: Labels, margin: float = EQUIVALENCE_MARGIN
) -> FloatVersusInt8 | None:
    """Paired statistics of the float network and the int8 model on the same images; None without images.

    Args:
        labels: [N].
        floats, int8: [N], predictions of the float network and of the int8 model.
        margin: greatest difference of accuracy without practical meaning, as a share.
    """
    float_right, int8_right = floats == labels, int8 == labels
    test = statistics.mcnemar(float_right, int8_right)
    same = statistics.equivalence(float_right, int8_right, margin)
    if same is None:
        return None
    alike = (floats == int8) & ~float_right
    return FloatVersusInt8(
        only_float_right=test.only_first,
        only_int8_right=test.only_second,
        mcnemar_p=test.p_value,
        difference=same.difference,
        difference_ci90=same.interval90,
        equivalence_margin=same.margin,
        equivalence_p=same.p_value,
        equivalent=same.equivalent,
        both_wrong=int(np.sum(~float_right & ~int8_right)),
        both_wrong_alike=int(np.sum(alike)),
        both_wrong_alike_share=float(np.mean(alike)),
    )
