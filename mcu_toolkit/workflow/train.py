"""What a run needs of training: which recipe on which images, and whether that was done already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import read_split
from mcu_toolkit.errors import ConfigError, McutkError, WorkspaceError
from mcu_toolkit.recipe import Recipe, find, load, override, to_toml
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import data_folder
from mcu_toolkit.workflow.settings import load_settings
from mcu_toolkit.workflow.sources import MODEL_FILE, SHIPPED_RECIPE
from mcu_toolkit.workspace import Workspace

RECIPE_FILE = "recipe.toml"


def resolve_recipe(workspace: Workspace, given: str | None, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe given, else the project's, else the synthetic phantom; with its overrides.

    Raises:
        ConfigError: there is no such recipe, or it or an override is wrong.
    """
    name = given or load_settings(workspace).recipe or SHIPPED_RECIPE
    recipe = load(find(name, workspace.root))
    for text in overrides:
        key, separator, value = text.partition("=")
        if not separator:
            raise ConfigError(f"--set {text} has no value", expected="--set KEY=VALUE", hint="--set student.width=0.5")
        recipe = override(recipe, key.strip(), value.strip())
    return recipe


def oracle_runner(model: bytes, inputs: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """An int8 model by the oracle, which the gate of a bench is: int8 [N, H, W, C] → int8 [N, classes]."""
    from mcu_toolkit.graph.reader import read_model
    from mcu_toolkit.host.oracle import Oracle

    outputs = Oracle(read_model(model)).run(inputs)
    return np.asarray(outputs.reshape(len(inputs), -1), dtype=np.int8)


def train_if_needed(
    ctx: Context,
    given: str | None,
    overrides: Sequence[str],
    data: Path | None,
    *,
    retrain: bool = False,
    skip_bad: bool = False,
) -> Path:
    """Train a recipe unless its run is here already; an interrupted run is taken up again. Returns the run folder.

    Raises:
        ConfigError: the recipe; DataError: the images; TrainError: TensorFlow is missing, or training failed.
    """
    workspace = ctx.workspace
    recipe = resolve_recipe(workspace, given, overrides)
    if recipe.data.source == "phantom" and data is not None:
        raise McutkError(f"recipe '{recipe.name}' makes its images itself, so --data means nothing beside it")
    folder = None if recipe.data.source == "phantom" else data_folder(workspace, data)
    run_dir = workspace.train_dir(recipe.name)
    begun = _same_recipe(run_dir, recipe)
    if begun and not retrain and _finished(run_dir, folder):
        ctx.note(f"{recipe.name}: trained already (--retrain trains again)")
    else:
        from mcu_toolkit.train.run import train

        train(
            recipe,
            folder,
            run_dir,
            resume=begun and not retrain and not (run_dir / MODEL_FILE).is_file(),
            progress=ctx.progress,
            skip_bad=skip_bad,
            cache_dir=workspace.cache_dir("train"),
            command=ctx.command,
            int8_runner=oracle_runner,
        )
    remember(workspace, train=recipe.name)
    return run_dir


def _same_recipe(run_dir: Path, recipe: Recipe) -> bool:
    """Whether a run began with this very recipe, by the text that it wrote; another version may add keys."""
    path = run_dir / RECIPE_FILE
    return path.is_file() and path.read_text(encoding="utf-8") == to_toml(recipe)


def _finished(run_dir: Path, folder: Path | None) -> bool:
    """Whether the run has its model, untouched, and was made from the same folder of images."""
    try:
        checked_artefact(run_dir, MODEL_FILE)
        made_from = read_split(run_dir / SPLIT_FILE).data_dir
    except (WorkspaceError, ConfigError):
        return False
    if folder is None or made_from is None:
        return folder is None and made_from is None
    return folder.resolve() == made_from.resolve()
