"""``study.json``: the table of a study, and the measured trials that it is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class ImageStability:
    """Similarity of the saliency maps of the float and the int8 student, one value per image.

    Attributes:
        rank_correlation: Spearman's, -1 to 1.
        top10_overlap: share of the 10 % most salient pixels that both have in common.
    """

    rank_correlation: tuple[float, ...]
    top10_overlap: tuple[float, ...]


@dataclass(frozen=True)
class TrialRecord:
    """One measured row, as the storage of a study keeps it.

    Attributes:
        row: name of the row.
        against: row that it is compared with; None for the first row of the table.
        accuracy: held out.
        train_accuracy: None where it is not measured.
        bytes: of the .tflite file.
        parameters: weights and biases.
        ram: most bytes of activations that are live at one time.
        correct: ``1`` or ``0`` for each held-out image.
        seconds: of this trial, without what earlier trials had trained.
        stability: of quantized rows.
    """

    SCHEMA: ClassVar[str] = "mcutk.trial/1"

    row: str
    against: str | None
    accuracy: float
    train_accuracy: float | None
    bytes: int
    parameters: int
    ram: int
    correct: str
    seconds: float
    stability: ImageStability | None = field(default=None, metadata={"omit": True})


@dataclass(frozen=True)
class StudyRow:
    """One row of the table; the same columns as ``study.csv``.

    Attributes:
        row: name of the row.
        accuracy, low, high: held out, with Wilson's 95 % interval.
        train_accuracy: None where it is not measured.
        bytes: of the .tflite file.
        ratio: bytes of the first row over bytes of this one.
        parameters: weights and biases.
        ram: most bytes of activations that are live at one time.
        against: row that this one is compared with; None where that is not measured yet.
        difference: accuracy less that of the row compared with.
        mcnemar_p: McNemar's exact test on the same images, two-sided.
        equivalent: whether equivalence is shown at the 5 % level.
        rank_correlation, top10_overlap: of saliency maps, means over images (`ImageStability`); ``_low`` and ``_high``
            are 95 % bootstrap intervals, ``_gain`` is the value less that of the row compared with, paired by image.
        seconds: of this row, without what earlier rows had trained.
    """

    row: str
    accuracy: float
    low: float | None
    high: float | None
    train_accuracy: float | None
    bytes: int
    ratio: float
    parameters: int
    ram: int
    against: str | None
    difference: float | None
    mcnemar_p: float | None
    equivalent: bool | None
    rank_correlation: float | None
    rank_correlation_low: float | None
    rank_correlation_high: float | None
    rank_correlation_gain: float | None
    rank_correlation_gain_low: float | None
    rank_correlation_gain_high: float | None
    top10_overlap: float | None
    top10_overlap_low: float | None
    top10_overlap_high: float | None
    top10_overlap_gain: float | None
    top10_overlap_gain_low: float | None
    top10_overlap_gain_high: float | None
    seconds: float


@dataclass(frozen=True)
class StudyRecord:
    """A study.

    Attributes:
        study: ``quantization``, ``distillation`` or ``saliency``.
        recipe: id of the recipe.
        synthetic: whether the images are generated.
        images: held-out images.
        rows: in the order of the table, as far as they are measured.
    """

    SCHEMA: ClassVar[str] = "mcutk.study/1"

    study: str
    recipe: str
    synthetic: bool
    images: int
    rows: tuple[StudyRow, ...]
