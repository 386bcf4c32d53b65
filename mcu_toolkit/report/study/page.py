"""A study record as an HTML page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mcu_toolkit.records.study import StudyRecord, StudyRow
from mcu_toolkit.report import charts, html
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.study.table import HEADS, MAP_HEADS, accuracy_interval, cells, map_cells, mapped


def study_page(record: StudyRecord) -> str:
    """Accuracies with intervals, sizes, the table, and the figures of saliency maps where there are any."""
    accuracies = [
        charts.Bar(row.row, row.accuracy, fmt.percent(row.accuracy), accuracy_interval(row)) for row in record.rows
    ]
    sizes = [charts.Bar(row.row, row.bytes, fmt.kib(row.bytes)) for row in record.rows]
    sections = [
        html.Section("Held-out accuracy", charts.bars(accuracies, "accuracy with 95 % intervals", 1.0)),
        html.Section("Size", charts.bars(sizes, "bytes")),
        html.Section("Table", html.table(["", *HEADS], [cells(row) for row in record.rows])),
        html.Section("Saliency maps of the float and the int8 student", _maps(mapped(record))),
    ]
    subtitle = f"{record.recipe}, {record.images} held-out images"
    return html.page(f"Study: {record.study}", subtitle, sections, synthetic=record.synthetic)


def _maps(rows: Sequence[StudyRow]) -> Markup:
    if not rows:
        return Markup("")
    bars = [charts.Bar(row.row, row.rank_correlation, map_cells(row)[1], _interval(row)) for row in rows]
    drawn = charts.bars(bars, "rank correlation of the maps with 95 % intervals", 1.0)
    return drawn + html.table(["", *MAP_HEADS], [map_cells(row) for row in rows])


def _interval(row: StudyRow) -> tuple[float, float] | None:
    low, high = row.rank_correlation_low, row.rank_correlation_high
    return None if low is None or high is None else (low, high)
