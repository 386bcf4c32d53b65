"""`mcutk init`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import verbose_option
from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.workflow.settings import recipe_file, starter
from mcu_toolkit.workspace import PROJECT_FILE, Workspace, atomic_write


@click.command()
@click.argument("directory", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--recipe", "recipe_id", default="phantom", show_default=True, help="Shipped recipe to start from.")
@click.option("--board", default="qemu-m4", show_default=True, help="Board that the project is for.")
@click.option("--force", is_flag=True, help="Overwrite a project that is there.")
@verbose_option
def command(directory: Path, recipe_id: str, board: str, force: bool) -> None:
    """Start a project folder: an mcutk.toml with defaults, and a recipe to edit."""
    from mcu_toolkit.boards import load_board

    known = shipped()
    if recipe_id not in known:
        raise ConfigError(f"there is no recipe '{recipe_id}'", expected=", ".join(known), received=recipe_id)
    load_board(board)
    workspace = Workspace(directory.resolve())
    existing = [p for p in (workspace.root / PROJECT_FILE, recipe_file(workspace)) if p.exists()]
    if existing and not force:
        raise WorkspaceError(f"{existing[0]} exists already", hint="choose another folder, or --force to overwrite it")
    source = known[recipe_id]
    atomic_write(recipe_file(workspace), source.read_text(encoding="utf-8"))
    needs_data = load(source).data.source == "folder"
    atomic_write(workspace.root / PROJECT_FILE, starter("recipe.toml", board, needs_data))
    click.echo(f"{workspace.root}: mcutk.toml and recipe.toml ({recipe_id})")
    steps = [] if directory == Path() else [f"cd {directory}"]
    if needs_data:
        click.echo("put the images into images/<class>/, or name their folder in mcutk.toml")
    click.echo("next: " + " && ".join([*steps, "mcutk run"]))
