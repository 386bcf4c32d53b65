"""Start a project folder: a project file with defaults, and a copy of a recipe to edit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.boards import load_board
from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.suggest import did_you_mean
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import DEFAULT_BOARD, SHIPPED_RECIPE
from mcu_toolkit.workspace import PROJECT_FILE, atomic_write

RECIPE_FILE = "recipe.toml"


@dataclass(frozen=True)
class NewProject:
    """A project folder that was started.

    Attributes:
        root: the folder.
        recipe: id of the recipe that was copied.
        needs_data: whether the recipe trains on a folder of images.
    """

    root: Path
    recipe: str
    needs_data: bool


def init(
    ctx: Context, *, recipe: str = SHIPPED_RECIPE, board: str = DEFAULT_BOARD, overwrite: bool = False
) -> NewProject:
    """Write ``mcutk.toml`` and ``recipe.toml`` into the project folder.

    Args:
        ctx: `Context.workspace` is the folder; it is made if absent.
        recipe: id of a shipped recipe.
        board: id of the board, or path of a descriptor; the project file names it relative to the project where it is
            inside.
        overwrite: replace the files of a project that is there.

    Raises:
        ConfigError: there is no such recipe or board.
        WorkspaceError: a project is there already, or the disk refuses.
    """
    known = shipped()
    if recipe not in known:
        raise ConfigError(
            f"there is no recipe '{recipe}'",
            expected=", ".join(known),
            received=recipe,
            hint=did_you_mean(recipe, known),
        )
    load_board(board)
    root = ctx.workspace.root
    existing = [path for path in (root / PROJECT_FILE, root / RECIPE_FILE) if path.exists()]
    if existing and not overwrite:
        raise WorkspaceError(f"{existing[0]} exists already", hint="choose another folder, or --force to overwrite it")
    needs_data = load(known[recipe]).data.source == "folder"
    atomic_write(root / RECIPE_FILE, known[recipe].read_text(encoding="utf-8"))
    atomic_write(root / PROJECT_FILE, _project_file(_board_key(root, board), needs_data))
    return NewProject(root, recipe, needs_data)


def _board_key(root: Path, board: str) -> str:
    """The board as the project file names it: a path given from the current folder is not one from the project."""
    if not board.endswith(".toml"):
        return board
    place = Path(board).resolve()
    return str(place.relative_to(root.resolve()) if place.is_relative_to(root.resolve()) else place)


def _project_file(board: str, needs_data: bool) -> str:
    data = 'data = "images"' if needs_data else '# data = "images"'
    return (
        "# Defaults of the commands run in this folder; options on the command line have priority.\n"
        f'recipe = "{RECIPE_FILE}"\n'
        f"board = {json.dumps(board, ensure_ascii=False)}\n"
        f"{data}               # DIR/<class>/*.png, as for `mcutk train --data`\n"
        '# port = "/dev/ttyACM0"        # serial port of a board that is not emulated\n'
    )
