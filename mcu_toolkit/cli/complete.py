"""What the shell's completion offers for an argument. Each function imports what it needs when the shell asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Context = click.Context
_Parameter = click.Parameter


def boards(_ctx: _Context, _parameter: _Parameter, incomplete: str) -> list[str]:
    """Ids of the shipped boards and of the project's."""
    from mcu_toolkit.assets import asset_dir
    from mcu_toolkit.workflow.own_boards import own_boards
    from mcu_toolkit.workspace import Workspace

    ids = {path.stem for path in asset_dir("boards").glob("*.toml")} | own_boards(Workspace.find()).keys()
    return sorted(each for each in ids if each.startswith(incomplete))


def recipes(_ctx: _Context, _parameter: _Parameter, incomplete: str) -> list[str | CompletionItem]:
    """Ids of the shipped recipes, and recipe files."""
    from mcu_toolkit.recipe import shipped

    return [*sorted(each for each in shipped() if each.startswith(incomplete)), *_files(incomplete, ".toml")]


def models(_ctx: _Context, _parameter: _Parameter, incomplete: str) -> list[str | CompletionItem]:
    """Model files."""
    return _files(incomplete, ".tflite")


def ports(_ctx: _Context, _parameter: _Parameter, incomplete: str) -> list[str]:
    """Serial ports of this machine."""
    from mcu_toolkit.workflow.doctor import port_names

    return [each for each in port_names() if each.startswith(incomplete)]


def tools(ctx: _Context, _parameter: _Parameter, incomplete: str) -> list[str]:
    """Tools that program the board that was typed, else any board."""
    from mcu_toolkit.boards import is_shipped, list_boards, load_board

    typed = ctx.params.get("board")
    chosen = [load_board(typed)] if typed and is_shipped(typed) else list_boards()
    return sorted({tool for board in chosen for tool in board.flash.tools if tool.startswith(incomplete)})


def settings(_ctx: _Context, _parameter: _Parameter, incomplete: str) -> list[str]:
    """Keys of a recipe, as `--set` takes them."""
    from mcu_toolkit.recipe import describe

    return [f"{info.key}=" for info in describe() if f"{info.key}=".startswith(incomplete)]


def _files(incomplete: str, suffix: str) -> list[str | CompletionItem]:
    """Folders, and files with a suffix, that begin with what was typed."""
    typed = Path(incomplete)
    folder = typed if incomplete.endswith("/") else typed.parent
    if not folder.is_dir():
        return []
    found: list[str | CompletionItem] = []
    for path in sorted(folder.iterdir()):
        shown = str(folder / path.name) if incomplete.startswith(("/", ".")) or str(folder) != "." else path.name
        if shown.startswith(incomplete) and not path.name.startswith("."):
            if path.is_dir():
                found.append(f"{shown}/")
            elif path.suffix == suffix:
                found.append(shown)
    return found
