"""``eval.json``: one evaluation of a model on the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mcu_toolkit.records.statistics import ClassRow, Confusion, FloatVersusInt8, ReliabilityBin, ThresholdSweep


@dataclass(frozen=True)
class EvaluationAccuracy:
    """Accuracies of the labelled samples; None where they are not known.

    Attributes:
        float_network: of the float network (key ``float``).
        int8: of the int8 model.
        float_ci95, int8_ci95: 95 % percentile bootstrap intervals.
        labelled: number of labelled samples.
    """

    float_network: float | None = field(metadata={"key": "float"})
    int8: float | None
    float_ci95: tuple[float, float] | None
    int8_ci95: tuple[float, float] | None
    labelled: int


@dataclass(frozen=True)
class ModelSizes:
    """Sizes of a model.

    Attributes:
        file_bytes: the .tflite file.
        parameters: elements of its quantized constants.
        weights_bytes: weights and biases in flash.
        arena_bytes: activations and scratch of the generated C with portable kernels.
    """

    file_bytes: int
    parameters: int
    weights_bytes: int
    arena_bytes: int


@dataclass(frozen=True, kw_only=True)
class EvaluationRecord:
    """An evaluation. Accuracies are shares of 1.

    Attributes:
        model_sha256: 64 hex digits.
        samples: inputs.
        references: references that ran: ``oracle``, ``tflm``, ``c``.
        absent: reference that could not run → the reason.
        mismatches: pair of references such as ``oracle-c`` → samples whose outputs differ in any byte.
        sizes: see `ModelSizes`.
        accuracy: see `EvaluationAccuracy`.
        per_class: one row per class, of the int8 model; empty without labels.
        random_seed: seed of the first random input.
        outputs_crc32: CRC-32 of all output bytes of each random input, eight hex digits.
        confusion, reliability, float_vs_int8: left out without labels.
        calibration_error: ``int8`` and ``float`` → expected calibration error over 15 bins; left out without labels.
        threshold_sweep: one entry per class, where it was asked for.
        model: file name of the model.
        recipe: id of the recipe; left out where there is none.
        synthetic: whether the images were generated; left out for random inputs.
        external: folder of external images.
        also_in_training: external images that are equal to one of the training images.
        command: the command that ran the evaluation.
    """

    SCHEMA: ClassVar[str] = "mcutk.eval/1"

    model_sha256: str
    samples: int
    references: tuple[str, ...]
    absent: Mapping[str, str]
    mismatches: Mapping[str, int]
    sizes: ModelSizes
    accuracy: EvaluationAccuracy
    per_class: tuple[ClassRow, ...]
    random_seed: int | None = field(default=None, metadata={"omit": True})
    outputs_crc32: tuple[str, ...] | None = field(default=None, metadata={"omit": True})
    confusion: Confusion | None = field(default=None, metadata={"omit": True})
    calibration_error: Mapping[str, float | None] | None = field(default=None, metadata={"omit": True})
    reliability: tuple[ReliabilityBin, ...] | None = field(default=None, metadata={"omit": True})
    float_vs_int8: FloatVersusInt8 | None = field(default=None, metadata={"omit": True})
    threshold_sweep: tuple[ThresholdSweep, ...] | None = field(default=None, metadata={"omit": True})
    model: str
    recipe: str | None = field(default=None, metadata={"omit": True})
    synthetic: bool | None = field(default=None, metadata={"omit": True})
    external: str | None = field(default=None, metadata={"omit": True})
    also_in_training: int | None = field(default=None, metadata={"omit": True})
    command: str
