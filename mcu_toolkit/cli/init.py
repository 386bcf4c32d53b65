"""`mcutk init`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.console import context
from mcu_toolkit.cli.options import verbose_option


@click.command()
@click.argument("directory", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--recipe",
    default="phantom",
    show_default=True,
    shell_complete=complete.recipes,
    help="Shipped recipe to start from.",
)
@click.option(
    "--board",
    default="qemu-m4",
    show_default=True,
    shell_complete=complete.boards,
    help="Board that the project is for.",
)
@click.option("--force", is_flag=True, help="Overwrite the files of an existing project.")
@verbose_option
def command(directory: Path, recipe: str, board: str, force: bool) -> None:
    """Start a project folder: an mcutk.toml with defaults, and a recipe to edit."""
    from mcu_toolkit.workflow.init import init

    with context(directory.resolve()) as ctx:
        started = init(ctx, recipe=recipe, board=board, overwrite=force)
    click.echo(f"{started.root}: mcutk.toml and recipe.toml ({started.recipe})")
    if started.needs_data:
        click.echo("put the images into images/<class>/, or name their folder in mcutk.toml")
    steps = [] if directory == Path() else [shlex.join(["cd", str(directory)])]
    click.echo("next: " + " && ".join([*steps, "mcutk run"]))
