"""The project file ``mcutk.toml``: defaults of the arguments that a command or call leaves out.

::

    recipe = "recipe.toml"        # file beside the project file, or the id of a shipped recipe
    board = "qemu-m4"             # id of a board, or a descriptor beside the project file
    data = "images"               # DIR/<class>/*.png; not needed by recipes that generate their data
    port = "/dev/ttyACM0"         # not needed by emulated boards

Every key is optional; an unknown one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from mcu_toolkit import toml
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.workspace import PROJECT_FILE, Workspace


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
    settings = toml.build(Settings, toml.read(path, "a project file"), origin=str(path), hint="remove it")
    for item in fields(settings):
        if getattr(settings, item.name) == "":
            raise ConfigError(f"{path}: '{item.name}' is empty", expected="a value, or no such key")
    return replace(
        settings,
        data=_absolute(workspace, settings.data),
        recipe=_file(workspace, settings.recipe),
        board=_file(workspace, settings.board),
    )


def _absolute(workspace: Workspace, path: str | None) -> str | None:
    return None if path is None else str(workspace.root / path)


def _file(workspace: Workspace, name: str | None) -> str | None:
    """A file beside the project file as an absolute path; the id of something shipped as it is."""
    return _absolute(workspace, name) if name is not None and name.endswith(".toml") else name
