"""Helpers of training tests."""

from __future__ import annotations

from mcu_toolkit.recipe import Recipe, override

#: Changes of a recipe that make a run end within seconds.
TINY = {
    "name": "tiny",
    "data.source": "phantom",
    "data.images": "64",
    "data.difficulty": "0.3",
    "input.height": "32",
    "input.width": "32",
    "teacher.width": "0.2",
    "teacher.epochs": "1",
    "student.network": "separable",
    "student.width": "0.2",
    "schedule.epochs": "2",
    "schedule.batch": "16",
    "distill.views": "2",
    "quant.epochs": "1",
    "quant.calibration_images": "32",
}


def tiny_recipe(**changes: str) -> Recipe:
    """A recipe that trains in seconds; `changes` by dotted key with ``__`` for the dot."""
    recipe = Recipe()
    for key, value in {**TINY, **{key.replace("__", "."): value for key, value in changes.items()}}.items():
        recipe = override(recipe, key, value)
    return recipe
