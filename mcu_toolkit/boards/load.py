"""Finds and reads board descriptors."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit import toml
from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards.check import ID, check
from mcu_toolkit.boards.descriptor import Board
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean

_PAGE = "docs/boards.md lists the keys"


def list_boards() -> tuple[Board, ...]:
    """All boards that ship with the toolkit, sorted by id.

    Raises:
        ConfigError: a descriptor is wrong.
        WorkspaceError: the installation is incomplete.
    """
    return tuple(_load_file(path) for path in sorted(asset_dir("boards").glob("*.toml")))


def is_shipped(board_id: str) -> bool:
    """Whether a board of this id ships with the toolkit."""
    return ID.match(board_id) is not None and (asset_dir("boards") / f"{board_id}.toml").is_file()


def load_board(id_or_path: str) -> Board:
    """The board of an id (``qemu-m4``) or of a descriptor file (anything that ends in ``.toml``).

    Raises:
        ConfigError: there is no such board, or its descriptor is wrong.
    """
    if id_or_path.endswith(".toml"):
        return _load_file(Path(id_or_path))
    if is_shipped(id_or_path):
        return _load_file(asset_dir("boards") / f"{id_or_path}.toml")
    known = [p.stem for p in sorted(asset_dir("boards").glob("*.toml"))]
    raise ConfigError(
        f"there is no board '{id_or_path}'",
        expected=", ".join(known),
        received=id_or_path,
        hint=did_you_mean(id_or_path, known, limit=2) or "mcutk boards lists them; the path of a .toml file works too",
    )


def _load_file(path: Path) -> Board:
    document = toml.read(path, "a board descriptor", hint=_PAGE)
    board = toml.build(Board, document, origin=str(path), hint=_PAGE)
    check(board, str(path))
    return board
