"""`mcutk doctor`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options


@click.command()
@common_options
def command(json_path: str | None) -> None:
    """Say what this machine lacks and the command that installs it.

    Exit code 1 where something is missing that building for and running on the emulated boards needs.
    """
    from rich.markup import escape
    from rich.table import Table

    from mcu_toolkit.workflow.doctor import doctor, require_ready

    with context() as ctx:
        record = doctor(ctx)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "name", "found", "needed for", "install with"):
        table.add_column(title, overflow="fold")
    for finding in record.findings:
        good = finding.found is not None and not finding.remedy
        mark = "[green]ok[/green]" if good else ("[red]missing[/red]" if finding.required else "[yellow]-[/yellow]")
        cells = (finding.name, finding.found or "", finding.needed_for, finding.remedy)
        table.add_row(mark, *(escape(cell) for cell in cells))
    show(json_path, record, table)
    require_ready(record)
