"""Board descriptors of a project: files beside ``mcutk.toml`` or in its folder ``boards``, known by their id."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit import toml
from mcu_toolkit.boards import Board, load_board
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.records.state import read_state
from mcu_toolkit.workspace import Workspace


def own_boards(workspace: Workspace) -> dict[str, Path]:
    """Descriptors of the project, and those built or flashed last wherever they are: id → file.

    Files that are not descriptors (recipes, other TOML) or cannot be read are left out; an error about them belongs to
    the command that names them.

    Raises:
        WorkspaceError: state.json is damaged.
    """
    state = read_state(workspace)
    files = [Path(key) for key in (state.build, state.flash) if key is not None and key.endswith(".toml")]
    for folder in (workspace.root / "boards", workspace.root):
        files += sorted(folder.glob("*.toml"))
    found: dict[str, Path] = {}
    for path in files:
        board = _read(path)
        if board is not None:
            found.setdefault(board.id, path)
    return found


def _read(path: Path) -> Board | None:
    try:
        if not {"id", "core"} <= toml.read(path, "a board descriptor").keys():
            return None
        return load_board(str(path))
    except ConfigError:
        return None
