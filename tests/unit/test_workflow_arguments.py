"""Plain arguments of the Python interface."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit.recipe import Recipe, override
from mcu_toolkit.workflow.arguments import overrides, path, text


def test_none_stays_none() -> None:
    assert path(None) is None
    assert text(None) is None
    assert overrides(None) == {}


def test_text_and_paths_are_accepted() -> None:
    assert path("a/b") == path(Path("a/b")) == Path("a/b")
    assert path("~/b") == Path.home() / "b"
    assert text(Path("board.toml")) == "board.toml"


def test_values_of_overrides_are_read_by_a_recipe() -> None:
    given = {"student.width": 0.5, "distill.enabled": False, "data.classes": ["a", "b"], "seed": 3, "name": "mine"}
    recipe = Recipe()
    for key, value in overrides(given).items():
        recipe = override(recipe, key, value)
    assert (recipe.student.width, recipe.distill.enabled, recipe.seed) == (0.5, False, 3)
    assert (recipe.data.classes, recipe.name) == (("a", "b"), "mine")
