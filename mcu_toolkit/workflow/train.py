"""Train a distilled int8 student from a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.archive import read_archive
from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import read_split
from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.recipe import Recipe, find, load, override, to_toml
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.records.seeds import SeedsRecord
from mcu_toolkit.records.state import remember
from mcu_toolkit.records.train import TrainRecord
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import data_folder
from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workflow.sources import MODEL_FILE, SHIPPED_RECIPE
from mcu_toolkit.workspace import Workspace, atomic_write

if TYPE_CHECKING:
    from mcu_toolkit.train.run import TrainResult

RECIPE_FILE = "recipe.toml"
REPORT_HTML = "report.html"


@dataclass(frozen=True)
class TrainOptions:
    """Arguments of a training.

    Attributes:
        recipe: file or id; by default the project's recipe, else the synthetic phantom.
        data: folder of images, ``DIR/<class>/*.png``; by default the project's.
        overrides: keys of the recipe and their values as text, for example ``{"student.width": "0.5"}``.
        resume: go on from the checkpoints of an interrupted run.
        seeds: number of seeds to train from in turn; None trains from the recipe's own seed alone.
        skip_bad: leave out images that cannot be read.
        images: show some images in report.html, which then only its owner can read.
    """

    recipe: str | None = None
    data: Path | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    resume: bool = False
    seeds: int | None = None
    skip_bad: bool = False
    images: bool = False


@dataclass(frozen=True)
class Trained:
    """A finished training.

    Attributes:
        run_dir: folder of the run, with the model of the best seed.
        recipe: as trained, with its overrides.
        runs: one per seed, in their order.
        seeds: mean and spread of the accuracies over the seeds.
    """

    run_dir: Path
    recipe: Recipe
    runs: tuple[TrainRecord, ...]
    seeds: SeedsRecord

    @property
    def best(self) -> TrainRecord:
        """The run with the best int8 accuracy, the first among equals."""
        return max(self.runs, key=lambda run: run.accuracy["int8"])

    @property
    def model(self) -> Path:
        """The int8 .tflite file."""
        return self.run_dir / MODEL_FILE

    @property
    def page(self) -> Path:
        """The HTML report."""
        return self.run_dir / REPORT_HTML


def train(ctx: Context, options: TrainOptions) -> Trained:
    """Train, write ``report.html`` into the run folder, and remember the run as the model trained last.

    Raises:
        ConfigError: the recipe or an override is wrong; DataError: the images.
        TrainError: TensorFlow is missing, there is nothing to resume, or the training failed.
    """
    recipe = resolve_recipe(ctx.workspace, options.recipe, options.overrides)
    folder = images_of(ctx.workspace, recipe, options.data)
    return _train(ctx, options, recipe, folder, resume=options.resume)


def train_if_needed(ctx: Context, options: TrainOptions, *, retrain: bool = False) -> None:
    """Train a recipe unless its finished run is there already; an interrupted run is resumed.

    Args:
        ctx: its note says where a finished run is used.
        options: `TrainOptions.resume` is decided here.
        retrain: train in any case.

    Raises:
        As `train`.
    """
    workspace = ctx.workspace
    recipe = resolve_recipe(workspace, options.recipe, options.overrides)
    folder = images_of(workspace, recipe, options.data)
    run_dir = workspace.train_dir(recipe.name)
    begun = began_with(run_dir, recipe)
    if begun and not retrain and _finished(run_dir, folder):
        ctx.note(f"{recipe.name}: trained already (--retrain trains again)")
        remember(workspace, train=recipe.name)
        return
    _train(ctx, options, recipe, folder, resume=begun and not retrain and not (run_dir / MODEL_FILE).is_file())


def _train(ctx: Context, options: TrainOptions, recipe: Recipe, folder: Path | None, *, resume: bool) -> Trained:
    from mcu_toolkit.train import run, seeds

    run_dir = ctx.workspace.train_dir(recipe.name)
    common: dict[str, Any] = {
        "resume": resume,
        "progress": ctx.progress,
        "skip_bad": options.skip_bad,
        "cache_dir": ctx.workspace.cache_dir("train"),
        "command": ctx.command,
        "int8_runner": oracle_runner,
    }
    if options.seeds is None:
        results: tuple[TrainResult, ...] = (run.train(recipe, folder, run_dir, **common),)
    else:
        results = seeds.train_seeds(recipe, folder, run_dir, options.seeds, **common)
    done = Trained(run_dir, recipe, tuple(result.record for result in results), seeds.summarize(results))
    _write_page(done, images=options.images)
    remember(ctx.workspace, train=recipe.name)
    return done


def _write_page(done: Trained, *, images: bool) -> None:
    from mcu_toolkit.report.training.page import training_page

    path = done.run_dir / "saliency.npz"
    maps = None
    if images and path.is_file():
        try:
            maps = read_archive(path)
        except (OSError, ValueError) as bad:
            raise WorkspaceError(f"{path} is damaged: {bad}", hint="run mcutk train again") from bad
    atomic_write(done.page, training_page(done.best, maps), private=maps is not None)


def resolve_recipe(workspace: Workspace, given: str | None, overrides: Mapping[str, str]) -> Recipe:
    """The recipe given, else the project's, else the synthetic phantom; with its overrides.

    Raises:
        ConfigError: there is no such recipe, or it or an override is wrong.
    """
    recipe = load(find(given or load_settings(workspace).recipe or SHIPPED_RECIPE, workspace.root))
    for key, value in overrides.items():
        recipe = override(recipe, key, value)
    return recipe


def images_of(workspace: Workspace, recipe: Recipe, given: Path | None) -> Path | None:
    """The folder of images that a recipe trains on: the one given, else the project's.

    Returns:
        None for a recipe that generates its images, and where no folder is named.

    Raises:
        ConfigError: a folder is given for a recipe that generates its images.
    """
    if recipe.data.source != "phantom":
        return data_folder(workspace, given)
    if given is not None:
        raise ConfigError(f"--data cannot be combined with recipe '{recipe.name}', which generates its images")
    return None


def oracle_runner(model: bytes, inputs: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Run an int8 model with the NumPy oracle: int8 [N, H, W, C] → int8 [N, classes]; bench uses the same reference."""
    from mcu_toolkit.graph.reader import read_model
    from mcu_toolkit.host.oracle import Oracle

    outputs = Oracle(read_model(model)).run(inputs)
    return np.asarray(outputs.reshape(len(inputs), -1), dtype=np.int8)


def began_with(run_dir: Path, recipe: Recipe) -> bool:
    """Whether a run began with this recipe, compared as text: another version of mcutk may add keys."""
    path = run_dir / RECIPE_FILE
    return path.is_file() and path.read_text(encoding="utf-8") == to_toml(recipe)


def _finished(run_dir: Path, folder: Path | None) -> bool:
    """Whether the run has its model, unchanged, and was trained on the same folder of images."""
    try:
        checked_artefact(run_dir, MODEL_FILE)
        trained_on = read_split(run_dir / SPLIT_FILE).data
    except (WorkspaceError, ConfigError):
        return False
    if folder is None or trained_on is None:
        return folder is None and trained_on is None
    return folder.resolve() == Path(trained_on).resolve()
