"""The project file ``mcutk.toml``: what a command takes where its options leave it open.

::

    recipe = "recipe.toml"        # file beside the project file, or the id of a shipped recipe
    board = "qemu-m4"
    data = "images"               # DIR/<class>/*.png; not needed by recipes that generate their data
    port = "/dev/ttyACM0"         # not needed by emulated boards

Every key is optional; an unknown one is refused.
"""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass, fields
from pathlib import Path

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.workspace import PROJECT_FILE, Workspace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Project:
    """Defaults of a project folder; paths are absolute."""

    recipe: str | None = None
    board: str | None = None
    data: str | None = None
    port: str | None = None


def load_project(workspace: Workspace) -> Project:
    """The project file of a workspace, or the empty one.

    Raises:
        ConfigError: it cannot be read, is no TOML, or has a key or type that is not known.
    """
    path = workspace.root / PROJECT_FILE
    if not path.is_file():
        return Project()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"cannot read {path}: {bad}") from bad
    except tomllib.TOMLDecodeError as bad:
        raise ConfigError(f"{path} is not valid TOML: {bad}") from bad
    known = [field.name for field in fields(Project)]
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise ConfigError(
                f"{path}: unknown key '{key}'",
                expected=", ".join(known),
                received=key,
                hint=f"did you mean '{near[0]}'?" if near else "remove it",
            )
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{path}: '{key}' has the wrong type", expected="a string", received=repr(value))
    if "data" in table:
        table["data"] = str(workspace.root / table["data"])
    if table.get("recipe", "").endswith(".toml"):
        table["recipe"] = str(workspace.root / table["recipe"])
    return Project(**table)


def starter(recipe_file: str, board: str, needs_data: bool) -> str:
    """Text of a new project file."""
    data = 'data = "images"' if needs_data else '# data = "images"'
    return (
        "# Defaults of the commands run in this folder; options on the command line go first.\n"
        f'recipe = "{recipe_file}"\n'
        f'board = "{board}"\n'
        f"{data}               # DIR/<class>/*.png, as `mcutk train --data` takes it\n"
        '# port = "/dev/ttyACM0"        # serial port of a board that is no emulated one\n'
    )


def recipe_file(workspace: Workspace) -> Path:
    """Where `mcutk init` puts the recipe."""
    return workspace.root / "recipe.toml"
