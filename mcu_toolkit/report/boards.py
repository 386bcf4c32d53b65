"""A boards record on the terminal."""

from __future__ import annotations

from rich.markup import escape

from mcu_toolkit.records.boards import BoardsRecord
from mcu_toolkit.report.sheet import Column, Sheet


def boards_text(record: BoardsRecord) -> Sheet:
    """The supported boards."""
    made = Sheet(
        (
            Column("board", style="bold"),
            Column("name", wrap=True, drop=2),
            Column("core"),
            Column("kernels", drop=1),
            Column("flash KiB", right=True),
            Column("RAM KiB", right=True),
            Column("latency in", drop=3),
            Column("programmed by", wrap=True),
        )
    )
    for board in record.boards:
        made.add_row(
            escape(board.id),
            escape(board.name),
            board.core,
            board.kernels,
            f"{board.flash_bytes / 1024:,.0f}",
            f"{board.ram_bytes / 1024:,.0f}",
            board.latency_unit,
            ", ".join(board.flashers),
        )
    return made
