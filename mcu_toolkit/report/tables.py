"""Rich tables that the terminal reports share."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from mcu_toolkit.records.memory import FlashMemory, RamMemory
from mcu_toolkit.records.statistics import ClassRow
from mcu_toolkit.report import format as fmt


def table(*titles: str, numbers_from: int = 1) -> Table:
    """A plain table; columns from `numbers_from` on are right-aligned."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for i, title in enumerate(titles):
        made.add_column(title, justify="right" if i >= numbers_from else "left", no_wrap=i >= numbers_from)
    return made


def grid() -> Table:
    """Rows of a name, a figure and a remark, without a header."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(justify="right", no_wrap=True)
    made.add_column(overflow="fold")
    return made


def class_table(rows: Sequence[ClassRow]) -> Table:
    """One row per class."""
    made = table("class", "images", "sensitivity", "specificity", "precision", "F1", "AUC")
    for row in rows:
        shares = (row.sensitivity, row.specificity, row.precision, row.f1)
        made.add_row(escape(row.name), str(row.support), *map(fmt.percent, shares), fmt.auc(row.auc))
    return made


def flash_row(flash: FlashMemory) -> tuple[str, str, str]:
    """Flash as a row of `grid`."""
    parts = f"weights {fmt.exact(flash.weights)}, engine {fmt.exact(flash.engine)}, other {fmt.exact(flash.other)}"
    return "flash", f"{fmt.exact(flash.total)} B", f"{parts}; {_of_limit(flash.total, flash.limit)}"


def ram_row(ram: RamMemory) -> tuple[str, str, str]:
    """RAM as a row of `grid`; the stack is the measured peak after a bench, else what is reserved."""
    stack = f"stack {fmt.exact(ram.stack)}" if ram.stack_peak is None else f"stack peak {fmt.exact(ram.stack_peak)}"
    arena = f"arena {fmt.exact(ram.arena)} (live-tensor bound {fmt.exact(ram.no_overlap)})"
    parts = f"{arena}, static {fmt.exact(ram.static)}, {stack} (at most {fmt.exact(ram.stack_bound)})"
    return "RAM", f"{fmt.exact(ram.total)} B", f"{parts}; {_of_limit(ram.total, ram.limit)}"


def _of_limit(total: int, limit: int) -> str:
    return f"{100 * total / limit:.1f} % of the board's {fmt.kib(limit)}"
