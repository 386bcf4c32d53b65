"""Assembles the evaluation record from the outputs of the references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.block import Block
from mcu_toolkit.graph.ir import Tensor
from mcu_toolkit.records.evaluation import EvaluationAccuracy, EvaluationRecord, ModelSizes
from mcu_toolkit.records.statistics import ClassRow, Confusion, FloatVersusInt8, ThresholdSweep
from mcu_toolkit.report import classification, metrics, statistics
from mcu_toolkit.report.classification import EQUIVALENCE_MARGIN, Labels, Truth
from mcu_toolkit.report.outputs import class_scores, crc32s, mismatching, score_step

#: Thresholds of a sweep: every twentieth, and closer ones near 0 and 1.
THRESHOLDS = (0.01, 0.02, *(step / 20 for step in range(1, 20)), 0.98, 0.99)


@dataclass(frozen=True, eq=False, kw_only=True)
class EvaluationData:
    """Input of an evaluation report.

    Attributes:
        model, model_sha256: file name and hash of the model.
        ids: name of each sample.
        outputs: reference (``oracle``, ``tflm``, ``c``) → uint8 [N, bytes], the bytes of all outputs.
        absent: reference that could not run → the reason.
        output: the model's first output, which holds the class scores of labelled samples.
        sizes: of the model.
        command: the command that ran the evaluation.
        truth: class names and labels; None for random inputs.
        float_logits: float32 [N, classes] of the float network; None where they are not known.
        margin: greatest difference of accuracy without practical meaning, as a share.
        sweep: whether to sweep decision thresholds.
        random_seed: seed of the first random input; None for images.
        recipe: id of the recipe; None where there is none.
        synthetic: whether the images were generated; None for random inputs.
        external: folder of external images; None for images of the training folder.
        also_in_training: external images that are equal to one of the training images.
    """

    model: str
    model_sha256: str
    ids: tuple[str, ...]
    outputs: Mapping[str, Block]
    absent: Mapping[str, str]
    output: Tensor
    sizes: ModelSizes
    command: str
    truth: Truth | None = None
    float_logits: npt.NDArray[np.float32] | None = None
    margin: float = EQUIVALENCE_MARGIN
    sweep: bool = False
    random_seed: int | None = None
    recipe: str | None = None
    synthetic: bool | None = None
    external: str | None = None
    also_in_training: int | None = None


def evaluation_record(data: EvaluationData) -> EvaluationRecord:
    """The record of an evaluation; `mismatches` holds a count for each pair of references, which must be 0.

    Raises:
        ValueError: the outputs of two references differ in shape.
    """
    part = _labelled(data, data.truth) if data.truth is not None and data.truth.labelled else None
    return EvaluationRecord(
        model=data.model,
        model_sha256=data.model_sha256,
        samples=len(data.ids),
        references=tuple(data.outputs),
        absent=dict(data.absent),
        mismatches={
            f"{a}-{b}": len(mismatching(data.outputs[a], data.outputs[b])) for a, b in combinations(data.outputs, 2)
        },
        sizes=data.sizes,
        accuracy=part.accuracy() if part is not None else EvaluationAccuracy(None, None, None, None, 0),
        per_class=part.class_rows() if part is not None else (),
        random_seed=data.random_seed,
        outputs_crc32=crc32s(next(iter(data.outputs.values()))) if data.random_seed is not None else None,
        confusion=part.confusion() if part is not None else None,
        calibration_error=part.calibration_error() if part is not None else None,
        reliability=metrics.reliability(part.labels, part.int8.scores) if part is not None else None,
        float_vs_int8=part.float_vs_int8(data.margin) if part is not None else None,
        threshold_sweep=threshold_sweep(part.labels, part.int8.scores, part.names)
        if part is not None and data.sweep
        else None,
        recipe=data.recipe,
        synthetic=data.synthetic,
        external=data.external,
        also_in_training=data.also_in_training,
        command=data.command,
    )


@dataclass(frozen=True, eq=False)
class _Network:
    """Results of one network on the labelled images: predictions [N], probabilities [N, C]."""

    predictions: Labels
    scores: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Labelled:
    """The labelled images with the results of the int8 model and, where it is known, of the float network."""

    names: tuple[str, ...]
    labels: Labels
    int8: _Network
    floats: _Network | None

    def accuracy(self) -> EvaluationAccuracy:
        int8, floats = self.int8.predictions, None if self.floats is None else self.floats.predictions
        return EvaluationAccuracy(
            float_network=None if floats is None else metrics.accuracy(self.labels, floats),
            int8=metrics.accuracy(self.labels, int8),
            float_ci95=None if floats is None else statistics.bootstrap_accuracy(floats == self.labels),
            int8_ci95=statistics.bootstrap_accuracy(int8 == self.labels),
            labelled=int(self.labels.size),
        )

    def class_rows(self) -> tuple[ClassRow, ...]:
        return classification.class_rows(self.labels, self.int8.predictions, self.int8.scores, self.names)

    def confusion(self) -> Confusion:
        floats = None if self.floats is None else self.floats.predictions
        return classification.confusion(self.labels, self.int8.predictions, self.names, floats)

    def calibration_error(self) -> dict[str, float | None]:
        networks = {"int8": self.int8, "float": self.floats}
        return {
            name: metrics.calibration_error(self.labels, network.scores)
            for name, network in networks.items()
            if network is not None
        }

    def float_vs_int8(self, margin: float) -> FloatVersusInt8 | None:
        if self.floats is None:
            return None
        return classification.compare_with_float(self.labels, self.floats.predictions, self.int8.predictions, margin)


def _labelled(data: EvaluationData, truth: Truth) -> _Labelled:
    chosen = list(truth.labelled)
    outputs = next(iter(data.outputs.values()))[chosen]
    scores = class_scores(data.output, outputs, len(truth.class_names))
    floats = None
    if data.float_logits is not None:
        logits = data.float_logits[chosen].astype(np.float64)
        floats = _Network(logits.argmax(axis=1).astype(np.int64), metrics.softmax(logits))
    predicted = scores.argmax(axis=1).astype(np.int64)
    int8 = _Network(predicted, metrics.probabilities(scores, score_step(data.output)))
    return _Labelled(truth.class_names, truth.known_labels(), int8, floats)


def threshold_sweep(
    labels: Labels, scores: npt.NDArray[np.float64], names: Sequence[str]
) -> tuple[ThresholdSweep, ...]:
    """For each class, the figures of calling it at each threshold of its probability; `best` maximises Youden's J.

    Args:
        labels: [N].
        scores: [N, C], rows of probabilities.
        names: C class names.
    """
    sweeps = []
    for i, name in enumerate(names):
        points = tuple(metrics.at_threshold(labels == i, scores[:, i], t) for t in THRESHOLDS)
        known = [point for point in points if point.youden_j is not None]
        best = max(known, key=lambda point: point.youden_j or 0.0) if known else None
        sweeps.append(ThresholdSweep(name, best, points))
    return tuple(sweeps)
