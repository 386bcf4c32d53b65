"""A study record on the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from mcu_toolkit.records.study import StudyRecord
from mcu_toolkit.report.study.table import HEADS, MAP_HEADS, cells, map_cells, mapped
from mcu_toolkit.report.tables import table


def study_text(record: StudyRecord) -> RenderableType:
    """The table, and below it the one of saliency maps where there are any."""
    head = Text(f"{record.recipe}, {record.images} held-out images")
    if record.synthetic:
        head.append("  synthetic images", style="yellow")
    made = table(record.study, *HEADS)
    for row in record.rows:
        made.add_row(*cells(row))
    rows = mapped(record)
    if not rows:
        return Group(head, made)
    maps = table("maps, float and int8", *MAP_HEADS)
    for row in rows:
        maps.add_row(*map_cells(row))
    return Group(head, made, maps)
