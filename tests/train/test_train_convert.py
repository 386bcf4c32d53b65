"""Conversion of a Keras model that the user passes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mcu_toolkit.data import phantom, predictions
from mcu_toolkit.data.testset import open_testset
from mcu_toolkit.errors import DataError, ModelError
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.convert import convert, load_keras


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Phantoms as a folder of class folders."""
    root = tmp_path_factory.mktemp("images")
    made = phantom.generate(48, 40, 40, seed=3)
    for i, (image, label) in enumerate(zip(made.images, made.labels.tolist(), strict=True)):
        (root / phantom.CLASSES[label]).mkdir(exist_ok=True)
        Image.fromarray(image).save(root / phantom.CLASSES[label] / f"{i}.png")
    return root


def network(outputs: int = 4, activation: str | None = "softmax") -> Any:
    layers = backend().keras.layers
    return backend().keras.Sequential(
        [
            layers.Input((24, 24, 1)),
            layers.Conv2D(4, 3, 2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(outputs, activation=activation),
        ]
    )


@pytest.mark.parametrize("activation", ["softmax", None])
def test_conversion_is_a_run_folder_that_compares_float_and_int8(
    folder: Path, tmp_path: Path, activation: str | None
) -> None:
    path = tmp_path / "my model.h5"
    network(activation=activation).save(path)
    done = convert(path, folder, tmp_path / "run", compare=("float16",))
    found = predictions.load(tmp_path / "run" / "predictions.npz")
    assert found.ids == open_testset(tmp_path / "run").ids
    float_probability = np.exp(found.logits["float"])
    float_probability /= float_probability.sum(1, keepdims=True)
    assert np.abs(float_probability - np.exp(found.logits["int8"])).max() < 0.1
    assert (done.record.modes or ())[0].mode == "float16"
    assert done.record.recipe == "my-model"


def test_keras_3_is_recognised_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.4.1"}))
    with pytest.raises(ModelError) as caught:
        load_keras(path)
    assert "Keras 3.4.1" in str(caught.value)
    assert "tf_keras" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n damaged", b"hello"])
def test_damaged_models_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.h5"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad\.h5"):
        load_keras(path)
    with pytest.raises(ModelError, match="no such file"):
        load_keras(tmp_path / "missing.h5")


def test_models_and_folders_that_do_not_fit_are_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "five.h5"
    network(outputs=5).save(path)
    with pytest.raises(DataError, match="5 outputs"):
        convert(path, folder, tmp_path / "run")
    layers = backend().keras.layers
    flat = backend().keras.Sequential([layers.Input((10,)), layers.Dense(4)])
    flat.save(tmp_path / "flat.h5")
    with pytest.raises(ModelError, match="not an image classifier"):
        convert(tmp_path / "flat.h5", folder, tmp_path / "run")
    assert not (tmp_path / "run").exists()
