"""The project file ``mcutk.toml``: defaults of the arguments that a command or call leaves out.

::

    recipe = "recipe.toml"        # file beside the project file, or the id of a shipped recipe
    board = "qemu-m4"             # id of a board, or a descriptor beside the project file
    data = "images"               # DIR/<class>/*.png; not needed by recipes that generate their data
    port = "/dev/ttyACM0"         # not needed by emulated boards

Every key is optional; an unknown one is refused.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean
from mcu_toolkit.workspace import PROJECT_FILE, Workspace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Settings:
    """Defaults of a project folder; the paths of files and folders are absolute."""

    recipe: str | None = None
    board: str | None = None
    data: str | None = None
    port: str | None = None


def load_settings(workspace: Workspace) -> Settings:
    """The project file of a workspace; without one, no defaults.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or has an unknown key or a wrong type.
    """
    path = workspace.root / PROJECT_FILE
    if not path.is_file():
        return Settings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"cannot read {path}: {bad}") from bad
    except tomllib.TOMLDecodeError as bad:
        raise ConfigError(f"{path} is not valid TOML: {bad}") from bad
    known = [field.name for field in fields(Settings)]
    for key, value in table.items():
        if key not in known:
            raise ConfigError(
                f"{path}: unknown key '{key}'",
                expected=", ".join(known),
                received=key,
                hint=did_you_mean(key, known) or "remove it",
            )
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{path}: '{key}' has the wrong type", expected="a string", received=repr(value))
    for key in table:
        if key == "data" or (key in ("recipe", "board") and table[key].endswith(".toml")):
            table[key] = str(workspace.root / table[key])
    return Settings(**table)
