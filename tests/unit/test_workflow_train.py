"""Recipes and images of a training, and when one is needed; tests/train trains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.recipe import Recipe, load, shipped, to_toml
from mcu_toolkit.records.seeds import SeedsRecord
from mcu_toolkit.records.state import read_state
from mcu_toolkit.records.train import TrainRecord
from mcu_toolkit.train import run
from mcu_toolkit.train.run import TrainResult
from mcu_toolkit.workflow import train as module
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.train import Trained, TrainOptions, began_with, images_of, resolve_recipe, train_if_needed
from mcu_toolkit.workspace import Workspace
from tests.support.records import example
from tests.support.training import tiny_recipe


def record(int8: float) -> TrainRecord:
    """A run with an accuracy; all other values are defaults."""
    return replace(example(TrainRecord, filled=False), accuracy={"float": 0.9, "int8": int8})


def test_the_recipe_is_the_argument_or_that_of_the_project_or_phantom(workspace: Workspace) -> None:
    assert resolve_recipe(workspace, None, {}).name == "phantom"
    (workspace.root / "mine.toml").write_text(to_toml(tiny_recipe()), encoding="utf-8")
    (workspace.root / "mcutk.toml").write_text('recipe = "mine.toml"\n', encoding="utf-8")
    assert resolve_recipe(workspace, None, {}).name == "tiny"
    assert resolve_recipe(workspace, "brain-mri", {"seed": "7"}).seed == 7


def test_a_recipe_that_generates_its_images_takes_no_folder(workspace: Workspace) -> None:
    phantom, folder = load(shipped()["phantom"]), Recipe()
    assert images_of(workspace, phantom, None) is None
    with pytest.raises(ConfigError, match="--data cannot be combined with recipe 'phantom'"):
        images_of(workspace, phantom, Path("images"))
    assert images_of(workspace, folder, Path("images")) == Path("images")
    (workspace.root / "mcutk.toml").write_text('data = "own"\n', encoding="utf-8")
    assert images_of(workspace, folder, None) == workspace.root / "own"


def test_the_best_run_is_the_first_with_the_highest_int8_accuracy() -> None:
    runs = (record(0.5), replace(record(0.7), seed=2), replace(record(0.7), seed=3))
    done = Trained(Path("run"), Recipe(), runs, example(SeedsRecord))
    assert done.best.seed == 2
    assert (done.model, done.page) == (Path("run/model.tflite"), Path("run/report.html"))


@pytest.fixture
def trainings(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each training resumed; a training only writes the model and the page."""
    made: list[bool] = []

    def train(recipe: Recipe, _folder: Path | None, run_dir: Path, **options: Any) -> TrainResult:
        made.append(options["resume"])
        run_dir.mkdir(parents=True, exist_ok=True)
        (run_dir / "recipe.toml").write_text(to_toml(recipe), encoding="utf-8")
        return TrainResult(run_dir, run_dir / "model.tflite", record(0.5))

    monkeypatch.setattr(run, "train", train)
    monkeypatch.setattr(module, "_write_page", lambda _done, images: None)
    return made


def test_a_run_without_a_model_is_resumed_and_remembered(ctx: Context, trainings: list[bool]) -> None:
    for _ in range(2):
        train_if_needed(ctx, TrainOptions("phantom"))
    assert trainings == [False, True]
    assert read_state(ctx.workspace).train == "phantom"


def test_a_run_of_another_recipe_starts_from_the_beginning(ctx: Context, trainings: list[bool]) -> None:
    train_if_needed(ctx, TrainOptions("phantom"))
    train_if_needed(ctx, TrainOptions("phantom", overrides={"seed": "9"}))
    assert trainings == [False, False]
    recipe = resolve_recipe(ctx.workspace, "phantom", {"seed": "9"})
    assert began_with(ctx.workspace.train_dir("phantom"), recipe)


def test_a_finished_run_is_used_unless_training_again_is_asked_for(
    ctx: Context, notes: list[str], trainings: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    train_if_needed(ctx, TrainOptions("phantom"))
    monkeypatch.setattr(module, "_finished", lambda _run_dir, _folder: True)
    train_if_needed(ctx, TrainOptions("phantom"))
    assert trainings == [False] and "trained already" in notes[0]
    train_if_needed(ctx, TrainOptions("phantom"), retrain=True)
    assert trainings == [False, False]
