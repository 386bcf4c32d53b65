"""`mcutk boards`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.console import show
from mcu_toolkit.cli.options import common_options


@click.command()
@common_options
def command(json_path: str | None) -> None:
    """List the supported boards: core, memory, unit of latency, and the tools that program them."""
    from rich.table import Table

    from mcu_toolkit.workflow.boards import boards

    record = boards()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("board", "name", "core", "kernels"):
        table.add_column(title, overflow="fold")
    for title in ("flash KiB", "RAM KiB"):
        table.add_column(title, justify="right", no_wrap=True)
    for title in ("latency in", "programmed by"):
        table.add_column(title, overflow="fold")
    for row in record.boards:
        table.add_row(
            f"[bold]{row.id}[/bold]",
            row.name,
            row.core,
            row.kernels,
            f"{row.flash_bytes / 1024:,.0f}",
            f"{row.ram_bytes / 1024:,.0f}",
            row.latency_unit,
            ", ".join(row.flashers),
        )
    show(json_path, record, table)
