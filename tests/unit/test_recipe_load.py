"""Recipes: types, errors, and that a written recipe is read back equal."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.recipe import Recipe, describe, find, load, override, parse, shipped, to_document, to_toml


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_recipe_loads_and_survives_writing(name: str, tmp_path: Path) -> None:
    recipe = load(shipped()[name])
    assert recipe.name == name
    copy = tmp_path / "recipe.toml"
    copy.write_text(to_toml(recipe), encoding="utf-8")
    assert load(copy) == recipe


def test_four_recipes_are_shipped() -> None:
    assert {"phantom", "brain-mri", "chest-ct", "kvasir"} <= set(shipped())


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"student": {"widht": 0.5}}, "did you mean 'student.width'"),
        ({"studnet": {}}, "did you mean 'student'"),
        ({"student": {"width": "wide"}}, "wrong type"),
        ({"student": {"width": 99.0}}, "out of range"),
        ({"student": 3}, "a table"),
        ({"split": {"train": 0.5}}, "do not make a division"),
        ({"quant": {"scheme": "int3"}}, "not allowed"),
        ({"quant": {"weight_bits": 9}}, "not allowed"),
        ({"teacher": {"networks": []}}, "without a teacher"),
        ({"data": {"classes": ["a", "a"]}}, "twice"),
        ({"schema": "mcutk.recipe/9"}, "another schema"),
        ({"name": "a b"}, "identifier"),
        ({"seed": True}, "wrong type"),
    ],
)
def test_wrong_recipes_are_refused_with_what_to_do(document: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(document)
    assert text in str(caught.value)


def test_every_key_can_be_overridden() -> None:
    recipe = Recipe()
    assert override(recipe, "student.width", "0.5").student.width == 0.5
    assert override(recipe, "teacher.networks", "vgg16,xception").teacher.networks == ("vgg16", "xception")
    assert override(recipe, "data.about", "2024").data.about == "2024"
    assert override(recipe, "seed", "7").seed == 7
    with pytest.raises(ConfigError, match="unknown key"):
        override(recipe, "student.widht", "1")


def test_finding_a_recipe(tmp_path: Path) -> None:
    own = tmp_path / "phantom.toml"
    own.write_text('name = "mine"\n', encoding="utf-8")
    assert find("phantom", tmp_path) == own
    assert find("phantom") == shipped()["phantom"]
    with pytest.raises(ConfigError, match="phantom"):
        find("fantom")


def test_every_key_has_a_meaning() -> None:
    for info in describe():
        assert info.meaning, info.key


def test_document_holds_every_section() -> None:
    assert set(to_document(Recipe())) >= {
        "data",
        "input",
        "split",
        "augment",
        "teacher",
        "student",
        "distill",
        "saliency",
    }
