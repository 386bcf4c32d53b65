"""A boards record on the terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from mcu_toolkit.records.boards import BoardsRecord


def boards_text(record: BoardsRecord) -> Table:
    """The supported boards."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("board", "name", "core", "kernels"):
        made.add_column(title, overflow="fold")
    for title in ("flash KiB", "RAM KiB"):
        made.add_column(title, justify="right", no_wrap=True)
    for title in ("latency in", "programmed by"):
        made.add_column(title, overflow="fold")
    for board in record.boards:
        made.add_row(
            f"[bold]{escape(board.id)}[/bold]",
            escape(board.name),
            board.core,
            board.kernels,
            f"{board.flash_bytes / 1024:,.0f}",
            f"{board.ram_bytes / 1024:,.0f}",
            board.latency_unit,
            ", ".join(board.flashers),
        )
    return made
