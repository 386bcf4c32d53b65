"""Start a project folder."""

from __future__ import annotations

import pytest

from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.init import init
from mcu_toolkit.workflow.settings import load_settings
from tests.support.cli import ROOT


@pytest.mark.parametrize("recipe", sorted(shipped()))
def test_every_shipped_recipe_starts_a_project_that_loads(recipe: str, ctx: Context) -> None:
    started = init(ctx, recipe=recipe)
    settings = load_settings(ctx.workspace)
    assert settings.recipe == str(ctx.workspace.root / "recipe.toml")
    assert load(ctx.workspace.root / "recipe.toml") == load(shipped()[recipe])
    assert started.needs_data is (settings.data is not None)


@pytest.mark.parametrize("wrong, near", [({"recipe": "phantm"}, "phantom"), ({"board": "qemu-m44"}, "qemu-m4")])
def test_an_unknown_recipe_or_board_writes_nothing(wrong: dict[str, str], near: str, ctx: Context) -> None:
    with pytest.raises(ConfigError) as caught:
        init(ctx, **wrong)  # type: ignore[arg-type]
    assert near in str(caught.value.hint)
    assert not [*ctx.workspace.root.iterdir()]


def test_a_project_that_is_there_is_overwritten_only_when_asked(ctx: Context) -> None:
    init(ctx)
    path = ctx.workspace.root / "recipe.toml"
    path.write_text("edited", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="exists already"):
        init(ctx)
    assert path.read_text(encoding="utf-8") == "edited"
    init(ctx, overwrite=True)
    assert load(path) == load(shipped()["phantom"])


def test_a_descriptor_given_from_another_folder_is_found_from_the_project(
    ctx: Context, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("else where")
    shipped = (ROOT / "boards" / "qemu-m4.toml").read_text(encoding="utf-8")
    for folder in (elsewhere, ctx.workspace.root):
        (folder / "my board.toml").write_text(shipped.replace('id = "qemu-m4"', 'id = "mine"'), encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    init(ctx, board="my board.toml")
    assert load_settings(ctx.workspace).board == str(elsewhere / "my board.toml")
    init(ctx, board=str(ctx.workspace.root / "my board.toml"), overwrite=True)
    assert 'board = "my board.toml"' in (ctx.workspace.root / "mcutk.toml").read_text(encoding="utf-8")
    assert load_settings(ctx.workspace).board == str(ctx.workspace.root / "my board.toml")
