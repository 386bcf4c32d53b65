"""Class names and input normalization of a model, for the generated header."""

from __future__ import annotations

from mcu_toolkit.compiler.card import NO_CARD, ModelCard
from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import read_split
from mcu_toolkit.data.testset import RECIPE_FILE
from mcu_toolkit.recipe import load, shipped
from mcu_toolkit.records.manifest import checked_artefact
from mcu_toolkit.workflow.sources import SHIPPED_RECIPE, ModelSource


def model_card(source: ModelSource) -> ModelCard:
    """Class names and normalization of a trained model; empty for a model file.

    Raises:
        WorkspaceError: the training run lacks its split; ConfigError: its recipe is damaged.
    """
    if source.run_dir is not None:
        recipe = load(checked_artefact(source.run_dir, RECIPE_FILE, hint="mcutk train"))
        return ModelCard(tuple(read_split(source.run_dir / SPLIT_FILE).classes), recipe.input.normalization)
    if source.kind == "shipped":
        from mcu_toolkit.data.phantom import CLASSES

        return ModelCard(tuple(CLASSES), load(shipped()[SHIPPED_RECIPE]).input.normalization)
    return NO_CARD
