"""The rows of a study as cells, and as CSV."""

from __future__ import annotations

import csv
import dataclasses
import io

from mcu_toolkit.records.study import StudyRecord, StudyRow
from mcu_toolkit.report import format as fmt

HEADS = ("held-out", "95 %", "training", "size", "ratio", "RAM", "compared with", "difference", "McNemar p")
MAP_HEADS = ("map rank corr.", "95 %", "gain", "95 %", "top-10 %", "gain", "95 %")


def cells(row: StudyRow) -> list[str]:
    """The cells of the main table, the name of the row first."""
    own = [
        row.row,
        fmt.percent(row.accuracy),
        fmt.interval(accuracy_interval(row)),
        fmt.percent(row.train_accuracy),
        fmt.kib(row.bytes),
        f"{row.ratio:.2f}",
        fmt.kib(row.ram),
    ]
    if row.against in (None, row.row) or row.difference is None or row.mcnemar_p is None:
        return [*own, fmt.UNKNOWN, fmt.UNKNOWN, fmt.UNKNOWN]
    return [*own, str(row.against), f"{fmt.points(row.difference)} pt", f"{row.mcnemar_p:.3g}"]


def map_cells(row: StudyRow) -> list[str]:
    """The cells of the table of saliency maps, the name of the row first."""
    return [
        row.row,
        _value(row.rank_correlation),
        _bounds(row.rank_correlation_low, row.rank_correlation_high),
        _signed(row.rank_correlation_gain),
        _signed_bounds(row.rank_correlation_gain_low, row.rank_correlation_gain_high),
        _value(row.top10_overlap),
        _signed(row.top10_overlap_gain),
        _signed_bounds(row.top10_overlap_gain_low, row.top10_overlap_gain_high),
    ]


def accuracy_interval(row: StudyRow) -> tuple[float, float] | None:
    """Wilson's interval of the held-out accuracy."""
    return None if row.low is None or row.high is None else (row.low, row.high)


def mapped(record: StudyRecord) -> list[StudyRow]:
    """The rows with figures of saliency maps."""
    return [row for row in record.rows if row.rank_correlation is not None]


def study_csv(record: StudyRecord) -> str:
    """The rows as CSV, with a header; the columns are the fields of `StudyRow`."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [field.name for field in dataclasses.fields(StudyRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(dataclasses.asdict(row) for row in record.rows)
    return stream.getvalue()


def _value(value: float | None) -> str:
    return fmt.UNKNOWN if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return fmt.UNKNOWN if value is None else f"{value:+.3f}"


def _bounds(low: float | None, high: float | None) -> str:
    return fmt.UNKNOWN if low is None else f"{_value(low)} to {_value(high)}"


def _signed_bounds(low: float | None, high: float | None) -> str:
    return fmt.UNKNOWN if low is None else f"{_signed(low)} to {_signed(high)}"
