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
    from mcu_toolkit.report.doctor import doctor_text
    from mcu_toolkit.workflow.doctor import doctor, require_ready

    with context() as ctx:
        record = doctor(ctx)
    show(json_path, record, doctor_text(record))
    require_ready(record)
