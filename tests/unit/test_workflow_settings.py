"""The project file ``mcutk.toml``."""

from __future__ import annotations

import pytest

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.workflow.settings import Settings, load_settings
from mcu_toolkit.workspace import Workspace


def test_without_a_project_file_there_are_no_defaults(workspace: Workspace) -> None:
    assert load_settings(workspace) == Settings()


def test_paths_are_relative_to_the_project_folder(workspace: Workspace) -> None:
    text = 'recipe = "recipe.toml"\nboard = "own.toml"\ndata = "images"\n'
    (workspace.root / "mcutk.toml").write_text(text, encoding="utf-8")
    found = load_settings(workspace)
    assert found.recipe == str(workspace.root / "recipe.toml")
    assert found.board == str(workspace.root / "own.toml")
    assert found.data == str(workspace.root / "images")


def test_ids_are_not_resolved_as_paths(workspace: Workspace) -> None:
    (workspace.root / "mcutk.toml").write_text('recipe = "phantom"\nboard = "qemu-m4"\n', encoding="utf-8")
    assert load_settings(workspace) == Settings(recipe="phantom", board="qemu-m4")


@pytest.mark.parametrize(
    "text, said",
    [
        ('bord = "qemu-m4"', "did you mean 'board'"),
        ("board = 3", "wrong type"),
        ('board = ""', "'board' is empty"),
        ("board = ", "not valid TOML"),
    ],
)
def test_a_wrong_project_file_is_refused(text: str, said: str, workspace: Workspace) -> None:
    (workspace.root / "mcutk.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(workspace)
    assert said in str(caught.value)
