"""Finds and reads board descriptors."""

from __future__ import annotations

import sys
from pathlib import Path

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.boards.check import ID, check
from mcu_toolkit.boards.descriptor import Board
from mcu_toolkit.boards.typed import build
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.suggest import did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def list_boards() -> tuple[Board, ...]:
    """All boards that ship with the toolkit, sorted by id.

    Raises:
        ConfigError: a descriptor is wrong.
        WorkspaceError: the installation is incomplete.
    """
    return tuple(_load_file(path) for path in sorted(asset_dir("boards").glob("*.toml")))


def load_board(id_or_path: str) -> Board:
    """The board of an id (``qemu-m4``) or of a descriptor file (anything that ends in ``.toml``).

    Raises:
        ConfigError: there is no such board, or its descriptor is wrong.
    """
    if id_or_path.endswith(".toml"):
        return _load_file(Path(id_or_path))
    path = asset_dir("boards") / f"{id_or_path}.toml"
    if ID.match(id_or_path) and path.is_file():
        return _load_file(path)
    known = [p.stem for p in sorted(asset_dir("boards").glob("*.toml"))]
    raise ConfigError(
        f"there is no board '{id_or_path}'",
        expected=", ".join(known),
        received=id_or_path,
        hint=did_you_mean(id_or_path, known, limit=2) or "mcutk boards lists them; the path of a .toml file works too",
    )


def _load_file(path: Path) -> Board:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as bad:
        raise ConfigError(f"cannot read the board descriptor {path}: {bad}") from bad
    except tomllib.TOMLDecodeError as bad:
        raise ConfigError(
            f"{path} is not valid TOML: {bad}", expected="a board descriptor, see docs/boards.md"
        ) from bad
    board = build(Board, document, str(path), "docs/boards.md")
    check(board, str(path))
    return board
