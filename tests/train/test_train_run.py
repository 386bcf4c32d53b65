"""Training runs: from a recipe to an int8 model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.data import predictions
from mcu_toolkit.data.split import read_split
from mcu_toolkit.data.testset import open_testset
from mcu_toolkit.errors import TrainError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.records.manifest import checked_artefact, read_manifest
from mcu_toolkit.train.export import border, run_int8
from mcu_toolkit.train.run import TrainResult, train
from mcu_toolkit.train.saved import float_logits
from tests.support.training import tiny_recipe


def test_run_folder_contains_the_files_of_later_stages(tiny_run: TrainResult) -> None:
    for name in ("recipe.toml", "split.json", "model.tflite", "metrics.json", "predictions.npz", "student.npz"):
        checked_artefact(tiny_run.run_dir, name)
    assert read_manifest(tiny_run.run_dir).complete is True
    assert json.loads((tiny_run.run_dir / "metrics.json").read_text())["synthetic"] is True


def test_model_is_int8_and_compilable(tiny_run: TrainResult) -> None:
    graph = read_model(tiny_run.model)
    assert unsupported(graph) == ()
    assert {node.op for node in graph.nodes} <= {"CONV_2D", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED", "SOFTMAX"}
    where = border(tiny_run.model.read_bytes())
    assert where.input_zero_point == -128
    assert where.input_scale == pytest.approx(1 / 255, rel=1e-6)
    assert (where.output_scale, where.output_zero_point) == (1 / 256, -128)


def test_predictions_belong_to_the_held_out_images(tiny_run: TrainResult) -> None:
    found = predictions.load(tiny_run.run_dir / "predictions.npz")
    held_out = [image.id for image in read_split(tiny_run.run_dir / "split.json").images if image.part == "validation"]
    testset = open_testset(tiny_run.run_dir)
    assert list(found.ids) == held_out == list(testset.ids)
    assert tuple(found.labels) == testset.labels
    again = run_int8(tiny_run.model.read_bytes(), testset.inputs(np.dtype(np.int8), 1 / 255, -128))
    assert (again.argmax(1) == found.logits["int8"].argmax(1)).all()
    np.testing.assert_allclose(float_logits(tiny_run.run_dir, testset.images), found.logits["float"], atol=1e-5)


def test_simulated_and_exported_int8_agree(tiny_run: TrainResult) -> None:
    """The quantization-aware network and the .tflite differ by rounding only."""
    found = predictions.load(tiny_run.run_dir / "predictions.npz")
    simulated = found.logits["fakequant"]
    probabilities = np.exp(simulated - simulated.max(1, keepdims=True))
    probabilities /= probabilities.sum(1, keepdims=True)
    assert np.abs(probabilities - np.exp(found.logits["int8"])).max() < 0.03


def test_interrupted_run_resumes_to_the_same_model(tiny_run: TrainResult, tmp_path: Path) -> None:
    """The same seed gives the same model, interrupted with Ctrl-C or not."""

    def interrupt(stage: str, done: int, _total: int) -> None:
        if stage == "student" and done == 1:
            raise KeyboardInterrupt

    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe(), None, folder, progress=interrupt)
    assert not (folder / "model.tflite").exists()
    assert read_manifest(folder).complete is False
    resumed = train(tiny_recipe(), None, folder, resume=True)
    assert resumed.model.read_bytes() == tiny_run.model.read_bytes()


def test_resume_refuses_another_recipe(tiny_run: TrainResult, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.run_dir, folder)
    with pytest.raises(TrainError, match="another recipe"):
        train(tiny_recipe(student__width="0.3"), None, folder, resume=True)
    with pytest.raises(TrainError, match="no run to resume"):
        train(tiny_recipe(), None, tmp_path / "nothing", resume=True)


def test_infinite_loss_is_an_error(tmp_path: Path) -> None:
    recipe = tiny_recipe(distill__enabled="false", schedule__label_smoothing="0.0")
    from mcu_toolkit.train import student

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(student.losses, "cross_entropy", lambda *a: 0.0 * a[1][0, 0] + float("nan"))
        with pytest.raises(TrainError, match="infinite"):
            train(recipe, None, tmp_path / "run")
