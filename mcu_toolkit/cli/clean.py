"""`mcutk clean`."""

from __future__ import annotations

import click

from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options


@click.command()
@click.option("--images", is_flag=True, help="Remove every file that holds images of the data, and nothing else.")
@common_options
def command(images: bool, json_path: str | None) -> None:
    """Remove the cache of the project, or with --images every file that holds images.

    Models, figures and the division of the data stay. With --images these go: decoded images in the cache, saliency
    maps of training runs, and report pages made with --images.
    """
    from mcu_toolkit.workflow.clean import clean

    with context() as ctx:
        record = clean(ctx, images=images)
    show(json_path, record, f"removed {len(record.removed)} files, {record.bytes:,} bytes")
