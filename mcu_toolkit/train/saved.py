"""Stores the float student: its folded weights; the network itself is rebuilt from the recipe."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import normalization
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.recipe import Recipe, load
from mcu_toolkit.train import predict
from mcu_toolkit.train.checkpoint import Checkpoint, Saved, assign
from mcu_toolkit.train.nets.base import NetSpec
from mcu_toolkit.train.nets.registry import build

FLOAT_FILE = "student.npz"


def save_student(path: Path, folded: Any) -> None:
    """Write the folded weights.

    Raises:
        WorkspaceError: the disk refuses.
    """
    facts = {"classes": int(folded.output_shape[-1])}
    Checkpoint(path).save(Saved([w.numpy() for w in folded.weights], [], [], facts))


def load_student(run_dir: Path) -> Any:
    """The float student of a run folder: a Keras model without batch normalization.

    Raises:
        WorkspaceError: missing, damaged, or of another recipe.
    """
    saved = Checkpoint(run_dir / FLOAT_FILE).load()
    if saved is None:
        raise WorkspaceError(f"{run_dir / FLOAT_FILE} is missing", hint="mcutk train makes it")
    recipe = load(run_dir / "recipe.toml")
    model = build(recipe.student.network, dataclasses.replace(_spec(recipe, int(saved.facts["classes"])), norm=False))
    assign(model.weights, saved.weights, run_dir / FLOAT_FILE)
    return model


def _spec(recipe: Recipe, classes: int) -> NetSpec:
    shape, student = recipe.input, recipe.student
    return NetSpec(
        shape.height, shape.width, shape.channels, classes, student.width, student.depth, student.dropout,
        normalization=shape.normalization,
    )  # fmt: skip


def float_logits(run_dir: Path, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Logits of the float student of a run: uint8 [N, H, W, C] → float32 [N, classes].

    Raises:
        WorkspaceError: as `load_student`.
        TrainError: TensorFlow is missing.
    """
    recipe = load(run_dir / "recipe.toml")
    return predict.logits(load_student(run_dir), images, normalization(recipe.input.normalization))
