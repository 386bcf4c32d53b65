"""Write docs/recipes.md from the schema of recipes and the shipped recipes; a test fails if the page is out of date."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import get_type_hints

from mcu_toolkit.recipe import KeyInfo, Recipe, describe, load, shipped

PAGE = Path(__file__).resolve().parents[1] / "docs" / "recipes.md"

_HEAD = """# Recipes

<!-- Written by scripts/recipes.py (make docs) from the schema of recipes. Do not edit. -->

A recipe is one TOML file. Every key has a default, so a recipe contains only the keys that differ from it. An unknown
key, a wrong type or a value out of range is refused; the message names the nearest known key. `--set section.key=value`
changes one key for one run. The run folder contains the recipe with all its keys. `mcutk init --recipe ID` copies a
shipped recipe into a project folder, where it can be edited.

| recipe | title | data |
| --- | --- | --- |
"""

_COLUMNS = "| key | default | meaning | values |\n| --- | --- | --- | --- |\n"


def _row(info: KeyInfo) -> str:
    default = "(empty)" if info.default == '""' else f"`{info.default}`"
    return f"| `{info.key.rpartition('.')[2]}` | {default} | {info.meaning} | {info.allowed or info.type} |\n"


def _section(name: str, cls: type) -> str:
    rows = "".join(_row(info) for info in describe() if info.key.startswith(f"{name}."))
    return f"\n### `[{name}]`\n\n{inspect.getdoc(cls)}\n\n{_COLUMNS}{rows}"


def page() -> str:
    """The page's text."""
    recipes = ((name, load(path)) for name, path in shipped().items())
    listing = "".join(f"| `{name}` | {recipe.title} | {recipe.data.about} |\n" for name, recipe in recipes)
    top = "".join(_row(info) for info in describe() if "." not in info.key)
    types = get_type_hints(Recipe).items()
    tables = "".join(_section(name, cls) for name, cls in types if dataclasses.is_dataclass(cls))
    return f"{_HEAD}{listing}\n## Keys\n\n### Top level\n\n{_COLUMNS}{top}{tables}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
