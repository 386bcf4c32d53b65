"""`mcutk boards`."""

from __future__ import annotations

from typing import Any

import click

from mcu_toolkit.boards import Board, list_boards
from mcu_toolkit.cli.console import common_options, console, write_json


def describe(board: Board) -> dict[str, Any]:
    """A board as the JSON report holds it; sizes in bytes."""
    return {
        "id": board.id,
        "name": board.name,
        "mcu": board.mcu,
        "core": board.core.cpu,
        "kernels": board.core.isa,
        "flash_bytes": board.memory.flash_bytes,
        "ram_bytes": board.memory.ram_bytes,
        "latency_unit": board.timing.unit,
        "emulated": board.is_emulated,
        "flashers": list(board.flash.tools),
        "notes": board.notes,
    }


@click.command()
@common_options
def command(json_path: str | None) -> None:
    """List the supported boards: core, memory, what latency is counted in, how they are programmed."""
    from rich.table import Table

    boards = sorted(list_boards(), key=lambda board: board.id)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("board", "what", "core", "kernels"):
        table.add_column(title, overflow="fold")
    for title in ("flash KiB", "RAM KiB"):
        table.add_column(title, justify="right", no_wrap=True)
    for title in ("latency in", "programmed by"):
        table.add_column(title, overflow="fold")
    for board in boards:
        table.add_row(
            f"[bold]{board.id}[/bold]",
            board.name,
            board.core.cpu,
            board.core.isa,
            f"{board.memory.flash_bytes / 1024:,.0f}",
            f"{board.memory.ram_bytes / 1024:,.0f}",
            board.timing.unit,
            ", ".join(board.flash.tools),
        )
    console(json_path).print(table)
    write_json(json_path, {"schema": "mcutk.boards/1", "boards": [describe(board) for board in boards]})
