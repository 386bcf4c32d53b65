"""`mcutk boards`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options


@click.command()
@common_options
def command(json_path: str | None) -> None:
    """List the supported boards and those of the project, with memory, unit of latency and programming tools."""
    from mcu_toolkit.report.boards import boards_text
    from mcu_toolkit.workflow.boards import boards

    with context() as ctx:
        record = boards(ctx.workspace)
    show(json_path, record, boards_text(record))
