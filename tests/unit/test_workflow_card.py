"""Class names and normalization that a build passes to the generated header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from mcu_toolkit.compiler.card import NO_CARD, ModelCard
from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.split import FILE, divide, write_split
from mcu_toolkit.recipe import Recipe, Split, override, to_toml
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.workflow.card import model_card
from mcu_toolkit.workflow.sources import ModelSource, shipped_model


def test_classes_of_a_training_run_come_from_its_split(tmp_path: Path) -> None:
    images = tmp_path / "images"
    generator = np.random.default_rng(1)
    for name in ("left", "right"):
        (images / name).mkdir(parents=True)
        for i in range(12):
            pixels = generator.integers(0, 256, (8, 8)).astype(np.uint8)
            Image.fromarray(pixels).resize((32, 32)).save(images / name / f"{i}.png")
    recipe = Recipe()
    for key, value in {"input.height": "32", "input.width": "32", "input.normalization": "signed"}.items():
        recipe = override(recipe, key, value)
    data = load_dataset(recipe, images)
    write_split(tmp_path / FILE, data, divide(data, Split()), images)
    (tmp_path / "recipe.toml").write_text(to_toml(recipe), encoding="utf-8")
    write_manifest(tmp_path, "mcutk train")
    source = ModelSource("train", tmp_path / "model.tflite", b"", run_dir=tmp_path, recipe="mine")
    assert model_card(source) == ModelCard(("left", "right"), "signed")


def test_the_shipped_model_has_the_classes_of_the_phantoms() -> None:
    path = shipped_model()
    card = model_card(ModelSource("shipped", path, path.read_bytes(), recipe="phantom"))
    assert card == ModelCard(("glioma", "meningioma", "none", "pituitary"), "unit")


def test_a_model_file_has_no_class_names() -> None:
    assert model_card(ModelSource("file", Path("net.tflite"), b"")) == NO_CARD
