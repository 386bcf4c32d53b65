"""Start a project folder."""

from __future__ import annotations

import pytest

from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.init import init
from mcu_toolkit.workflow.settings import load_settings


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
