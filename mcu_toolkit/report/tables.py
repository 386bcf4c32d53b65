"""Tables that the terminal reports share."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from mcu_toolkit.records.memory import FlashMemory, RamMemory
from mcu_toolkit.records.statistics import ClassRow
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.sheet import Column, Sheet


def table(*titles: str, numbers_from: int = 1, drop: Sequence[str] = (), wrap: Sequence[str] = ()) -> Sheet:
    """A sheet of columns under titles.

    Args:
        titles: of the columns.
        numbers_from: columns from this one on are right-aligned.
        drop: titles of columns that a narrow terminal leaves out, the first one first.
        wrap: titles of columns whose texts may take several lines.
    """
    ranks = {title: len(drop) - rank for rank, title in enumerate(drop)}
    return Sheet(
        tuple(
            Column(title, right=i >= numbers_from, wrap=title in wrap, drop=ranks.get(title, 0))
            for i, title in enumerate(titles)
        )
    )


def grid() -> Sheet:
    """Rows of a name, a figure and a remark, without titles."""
    return Sheet((Column(style="bold"), Column(right=True), Column(wrap=True)), headings=False)


def class_table(rows: Sequence[ClassRow]) -> Sheet:
    """One row per class."""
    made = table("class", "images", "sensitivity", "specificity", "precision", "F1", "AUC")
    for row in rows:
        shares = (row.sensitivity, row.specificity, row.precision, row.f1)
        made.add_row(escape(row.name), str(row.support), *map(fmt.percent, shares), fmt.auc(row.auc))
    return made


def flash_row(flash: FlashMemory) -> tuple[str, str, str]:
    """Flash as a row of `grid`."""
    code = fmt.exact(flash.engine - flash.tables)
    engine = f"engine {fmt.exact(flash.engine)} (code {code}, tables {fmt.exact(flash.tables)})"
    parts = f"weights {fmt.exact(flash.weights)}, {engine}, other {fmt.exact(flash.other)}"
    return "flash", f"{fmt.exact(flash.total)} B", f"{parts}; {_of_limit(flash.total, flash.limit)}"


def ram_row(ram: RamMemory) -> tuple[str, str, str]:
    """RAM as a row of `grid`: the parts that are reserved add up to the total; what was used of them follows."""
    parts = f"arena {fmt.exact(ram.arena)}, static {fmt.exact(ram.static)}, stack {fmt.exact(ram.stack)}"
    peak = "" if ram.stack_peak is None else f"{fmt.exact(ram.stack_peak)} used, "
    stack = f"of the stack {peak}at most {fmt.exact(ram.stack_bound)} needed"
    bound = f"live-tensor bound of the arena {fmt.exact(ram.no_overlap)}"
    return "RAM", f"{fmt.exact(ram.total)} B", f"{parts}; {_of_limit(ram.total, ram.limit)}; {stack}; {bound}"


def _of_limit(total: int, limit: int) -> str:
    return f"{bar(total / limit)} {100 * total / limit:.1f} % of the board's {fmt.kib(limit)}"


def bar(share: float, cells: int = 10) -> str:
    """`share` of a limit as a bar; anything above zero fills at least one cell, and a full bar means the limit."""
    filled = min(cells, max(int(share * cells), 1 if share > 0 else 0))
    return "█" * filled + "░" * (cells - filled)
