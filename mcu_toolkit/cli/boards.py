"""`mcutk boards`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.console import show
from mcu_toolkit.cli.options import common_options


@click.command()
@common_options
def command(json_path: str | None) -> None:
    """List the supported boards: core, memory, unit of latency, and the tools that program them."""
    from mcu_toolkit.report.boards import boards_text
    from mcu_toolkit.workflow.boards import boards

    record = boards()
    show(json_path, record, boards_text(record))
