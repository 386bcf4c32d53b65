"""Assembles the study record from its trials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcu_toolkit.records.study import ImageStability, StudyRecord, StudyRow, TrialRecord
from mcu_toolkit.report.statistics import Interval, bootstrap, equivalence, mcnemar, wilson


def study_record(study: str, recipe: str, synthetic: bool, trials: Sequence[TrialRecord]) -> StudyRecord:
    """The table of a study; every row is compared on the same images with the row that its trial names, or the first.

    Args:
        study, recipe: names.
        synthetic: whether the images are generated.
        trials: in the order of the table; at least one.
    """
    named = {trial.row: trial for trial in trials}
    first = trials[0]
    rows = tuple(_row(trial, named.get(trial.against or first.row), first.bytes) for trial in trials)
    return StudyRecord(study, recipe, synthetic, len(first.correct), rows)


def _row(trial: TrialRecord, other: TrialRecord | None, first_bytes: int) -> StudyRow:
    """One row; `other` is the trial that it is compared with, None where that is not measured yet."""
    own = _bits(trial.correct)
    within = wilson(int(own.sum()), len(own))
    versus = None if other is None else _bits(other.correct)
    same = None if versus is None else equivalence(versus, own)
    base = None if other is None or other is trial else other.stability
    return StudyRow(
        row=trial.row,
        accuracy=trial.accuracy,
        low=within.low if within else None,
        high=within.high if within else None,
        train_accuracy=trial.train_accuracy,
        bytes=trial.bytes,
        ratio=first_bytes / trial.bytes,
        parameters=trial.parameters,
        ram=trial.ram,
        against=None if other is None else other.row,
        difference=None if other is None else trial.accuracy - other.accuracy,
        mcnemar_p=None if versus is None else mcnemar(versus, own).p_value,
        equivalent=None if same is None else same.equivalent,
        seconds=trial.seconds,
        **_map_figures("rank_correlation", trial.stability, base),
        **_map_figures("top10_overlap", trial.stability, base),
    )


def _map_figures(name: str, own: ImageStability | None, base: ImageStability | None) -> dict[str, float | None]:
    """Fields of `StudyRow` for one figure of the saliency maps: its mean and its paired gain, with intervals."""
    mine = None if own is None else np.array(getattr(own, name), dtype=np.float64)
    gain = None if mine is None or base is None else mine - np.array(getattr(base, name), dtype=np.float64)
    figures: dict[str, float | None] = {}
    for label, values in ((name, mine), (f"{name}_gain", gain)):
        mean, interval = (None, None) if values is None else (float(values.mean()), _interval(values))
        low, high = (None, None) if interval is None else interval
        figures |= {label: mean, f"{label}_low": low, f"{label}_high": high}
    return figures


def _interval(values: npt.NDArray[np.float64]) -> Interval | None:
    return bootstrap(lambda drawn: float(drawn.mean()), values)


def _bits(text: str) -> npt.NDArray[np.bool_]:
    return np.array([digit == "1" for digit in text], dtype=np.bool_)
