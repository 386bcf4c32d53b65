"""``metrics.json`` of a training run or a conversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mcu_toolkit.records.split import SplitSummary


@dataclass(frozen=True)
class MapStability:
    """Similarity of the saliency maps of the float and the int8 student, means over images.

    Attributes:
        rank_correlation: Spearman's, -1 to 1.
        top10_overlap: share of the 10 % most salient pixels that both have in common.
    """

    rank_correlation: float
    top10_overlap: float


@dataclass(frozen=True)
class SaliencyCurve:
    """Mean probability of the true class while pixels are deleted or inserted by saliency.

    Attributes:
        share: of the pixels changed.
        deletion, insertion: probability at each share.
        deletion_area, insertion_area: area under the curve.
    """

    share: tuple[float, ...]
    deletion: tuple[float, ...]
    insertion: tuple[float, ...]
    deletion_area: float
    insertion_area: float


@dataclass(frozen=True)
class Saliency:
    """Saliency of a run.

    Attributes:
        images: held-out images that the figures are means over.
        stability: method → `MapStability`.
        curves: ``float`` and ``int8`` → `SaliencyCurve`.
    """

    images: int
    stability: Mapping[str, MapStability]
    curves: Mapping[str, SaliencyCurve]


@dataclass(frozen=True)
class TeacherRow:
    """One teacher: either a network that was trained, or a file of logits.

    Attributes:
        network: name of the network.
        accuracy: held out.
        parameters: of the network.
        seconds: of training.
        file: name of the file of logits.
    """

    network: str | None = field(default=None, metadata={"omit": True})
    accuracy: float | None = field(default=None, metadata={"omit": True})
    parameters: int | None = field(default=None, metadata={"omit": True})
    seconds: float | None = field(default=None, metadata={"omit": True})
    file: str | None = field(default=None, metadata={"omit": True})


@dataclass(frozen=True)
class ParameterCounts:
    """Parameters of the student, and of all teachers together (0 without teachers)."""

    student: int
    teacher: int = 0


@dataclass(frozen=True)
class QuantizationMode:
    """The same model in another quantization mode: size in bytes and held-out accuracy."""

    mode: str
    bytes: int
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class TrainRecord:
    """A training run or a conversion.

    Attributes:
        recipe, title: of the recipe.
        synthetic: whether the images are generated.
        seed: of weights, order and augmentation; of the division for a conversion.
        classes: names in the order of the network's outputs.
        split: counts of the division.
        held_out: the part that `accuracy` is of.
        images: held-out images.
        accuracy: stage (``teacher``, ``float``, ``fakequant``, ``int8``) → held-out accuracy.
        int8_runtime: the runtime that gave the int8 accuracy.
        agreement: stage → share of held-out images on which it predicts the class of the int8 model.
        quantization: scheme: ``qat``, ``pact`` or ``ptq``.
        saliency: None where it was not measured.
        teachers: one row per teacher.
        parameters: see `ParameterCounts`.
        macs: multiply-accumulates of the student.
        bytes: of the .tflite file.
        float_bytes: of the float model file that was converted; left out for training runs and model folders.
        sha256: of the .tflite file, 64 hex digits.
        seconds: stage → wall seconds.
        history: stage → one entry per epoch with ``epoch``, ``loss`` and further figures.
        modes: other quantization modes, where a conversion compares them.
    """

    SCHEMA: ClassVar[str] = "mcutk.train/1"

    recipe: str
    title: str
    synthetic: bool
    seed: int
    classes: tuple[str, ...]
    split: SplitSummary
    held_out: str
    images: int
    accuracy: Mapping[str, float]
    int8_runtime: str
    agreement: Mapping[str, float]
    quantization: str
    saliency: Saliency | None
    teachers: tuple[TeacherRow, ...]
    parameters: ParameterCounts
    macs: int
    bytes: int
    float_bytes: int | None = field(default=None, metadata={"omit": True})
    sha256: str
    seconds: Mapping[str, float]
    history: Mapping[str, tuple[Mapping[str, float | None], ...]]
    modes: tuple[QuantizationMode, ...] | None = field(default=None, metadata={"omit": True})
