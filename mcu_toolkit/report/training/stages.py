"""Stages of a training run: their names, and intervals of their accuracies."""

from __future__ import annotations

from mcu_toolkit.report.statistics import Interval, wilson

_NAMES = {
    "teacher": "teacher (float)",
    "float": "student (float)",
    "fakequant": "student, simulated int8",
    "int8": "student, int8",
}


def stage_name(stage: str) -> str:
    """A stage in words."""
    return _NAMES.get(stage, stage)


def accuracy_interval(accuracy: float, images: int) -> Interval | None:
    """Wilson's 95 % interval of an accuracy on so many images."""
    return wilson(round(accuracy * images), images)
