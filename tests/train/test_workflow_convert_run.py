"""A Keras model converted by the command, then evaluated through the Python interface."""

from __future__ import annotations

from pathlib import Path

from mcu_toolkit import Project
from mcu_toolkit.records.codec import read
from mcu_toolkit.records.train import TrainRecord
from mcu_toolkit.train.backend import backend
from tests.support.cli import Mcutk
from tests.support.models import write_images


def test_a_converted_model_is_the_model_of_the_next_use_cases(project: Path, mcutk: Mcutk) -> None:
    layers = backend().keras.layers
    network = [layers.Input((12, 12, 1)), layers.Conv2D(4, 3, 2), layers.Flatten(), layers.Dense(3)]
    backend().keras.Sequential(network).save(project / "own.h5")
    images = write_images(project / "images", count=20)
    outcome = mcutk("convert", "own.h5", "--data", images, "--calibration-images", 16, "--json", "out.json")
    assert outcome.ok, outcome.err
    record = read(TrainRecord, project / "out.json")
    assert (record.recipe, record.classes) == ("own", ("a", "b", "c"))
    assert "mcutk-out/train/own/model.tflite" in outcome.out
    evaluated = Project(project).evaluate()
    assert evaluated.recipe == "own"
    assert evaluated.accuracy.int8 == record.accuracy["int8"]
    assert not any(evaluated.mismatches.values())
