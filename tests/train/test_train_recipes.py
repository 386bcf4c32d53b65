"""Shipped recipes train on a folder with the layout of their data set; only sizes and durations are reduced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.recipe import find, load, override
from mcu_toolkit.train.run import train

#: The large teachers have tests of their own (test_train_teachers.py).
SHORT = {
    "input.height": "32",
    "input.width": "32",
    "teacher.networks": "resnet-small",
    "teacher.weights": "none",
    "teacher.width": "0.2",
    "teacher.resolution": "48",
    "teacher.frozen_epochs": "1",
    "teacher.epochs": "1",
    "teacher.extended_epochs": "1",
    "student.width": "0.2",
    "schedule.epochs": "1",
    "schedule.batch": "16",
    "distill.views": "1",
    "quant.epochs": "1",
    "quant.calibration_images": "16",
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "colour"), [("chest-ct", False), ("kvasir", True)])
def test_shipped_recipe_trains_on_a_folder(name: str, colour: bool, tmp_path: Path) -> None:
    recipe = load(find(name, tmp_path))
    for key, value in SHORT.items():
        recipe = override(recipe, key, value)
    classes = recipe.data.classes or ("adenocarcinoma", "large.cell.carcinoma", "normal", "squamous.cell.carcinoma")
    rng = np.random.default_rng(0)
    for kind in classes:
        (tmp_path / "data" / kind).mkdir(parents=True)
        for i in range(20):
            pixels = rng.integers(0, 256, (8, 8, 3) if colour else (8, 8)).astype(np.uint8)
            Image.fromarray(pixels).resize((64, 56)).save(tmp_path / "data" / kind / f"{i}.png")
    done = train(recipe, tmp_path / "data", tmp_path / "run")
    graph = read_model(done.model)
    assert unsupported(graph) == ()
    assert graph.tensors[graph.inputs[0]].shape == (1, 32, 32, 3 if colour else 1)
    assert graph.tensors[graph.outputs[0]].shape == (1, len(classes))
    assert done.record.split.totals == {
        part: round(20 * len(classes) * share) for part, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1))
    }
    assert 0 <= done.record.accuracy["int8"] <= 1
