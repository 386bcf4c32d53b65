"""Large teachers: each builds, trains a step, distils, and its student exports."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import ConfigError, TrainError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from mcu_toolkit.recipe import parse
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.nets.base import NetSpec
from mcu_toolkit.train.nets.densenet import layers_of
from mcu_toolkit.train.nets.registry import build
from mcu_toolkit.train.run import train
from mcu_toolkit.train.teacher import stages
from tests.support.training import tiny_recipe

SEVEN = ["densenet121", "resnet50", "efficientnetb3", "vgg16", "vgg19", "xception", "nasnetmobile"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SEVEN)
def test_teacher_trains_a_step_distils_and_its_student_exports(name: str, tmp_path: Path) -> None:
    recipe = tiny_recipe(
        data__images="16",
        teacher__networks=name,
        teacher__width="1.0",
        schedule__batch="12",
        schedule__epochs="1",
        schedule__average="0",
        distill__views="1",
        quant__epochs="0",
        quant__calibration_images="8",
    )
    tf = backend().tf
    # Tracing a graph of a thousand layers takes longer than one training step.
    tf.config.run_functions_eagerly(True)
    try:
        done = train(recipe, None, tmp_path / "run")
    finally:
        tf.config.run_functions_eagerly(False)
    assert done.record.teachers[0].network == name
    assert done.record.parameters.teacher > 1_000_000
    assert unsupported(read_model(done.model)) == ()


def test_statistics_of_normalization_follow_within_a_short_training() -> None:
    """With the published momentum of 0.999 a network would keep its initial statistics."""
    tf = backend().tf
    model = build("mobilenetv2", NetSpec(64, 64, 1, 4))
    x = tf.constant(np.random.default_rng(0).random((16, 64, 64, 1), dtype=np.float32))
    run = tf.function(lambda training: model(x, training=training))
    for _ in range(150):
        learning = run(True).numpy()
    asked = run(False).numpy()
    assert np.abs(asked - learning).max() < 0.25 * np.ptp(learning)


def test_weights_that_cannot_be_fetched_say_how_to_pass_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(**_: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(backend().keras.applications, "VGG16", refuse)
    with pytest.raises(TrainError) as caught:
        build("vgg16", NetSpec(32, 32, 1, 4, weights="imagenet"))
    assert "teacher.weights=FILE" in str(caught.value)
    with pytest.raises(TrainError, match="no weight file"):
        build("vgg16", NetSpec(32, 32, 1, 4, weights=str(tmp_path / "none.h5")))


def test_damaged_weight_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.h5"
    path.write_bytes(b"no weights")
    with pytest.raises(TrainError, match="does not hold the weights"):
        build("mobilenetv2", NetSpec(32, 32, 3, 4, weights=str(path)))


def test_options_that_a_network_does_not_have_are_refused() -> None:
    with pytest.raises(ConfigError, match="no such width"):
        build("vgg16", NetSpec(32, 32, 1, 4, size=0.5))
    with pytest.raises(ConfigError, match="did you mean 'separable'"):
        build("seperable", NetSpec(32, 32, 1, 4))


@pytest.mark.parametrize("depth", [10, 13, 32, 40, 101, 121])
def test_densenet_has_the_depth_asked_for(depth: int) -> None:
    blocks = layers_of(depth)
    assert 1 + 2 * sum(blocks) + (len(blocks) - 1) + 1 == depth


def test_densenet_121_has_the_published_size() -> None:
    assert layers_of(121) == (6, 12, 24, 16)


def test_three_stages_of_transfer() -> None:
    recipe = parse({"teacher": {"frozen_epochs": 2, "epochs": 3, "extended_epochs": 4, "learning_rate": 0.1}})
    plans = stages(recipe)
    assert [name for name, _, _ in plans] == ["frozen", "full", "extended"]
    assert [head_only for _, _, head_only in plans] == [True, False, False]
    assert [plan.learning_rate for _, plan, _ in plans] == pytest.approx([0.1, 0.01, 0.001])
    assert plans[2][1].decay == "plateau"


def test_teacher_from_a_file_of_logits(tmp_path: Path) -> None:
    first = train(tiny_recipe(distill__enabled="false", quant__epochs="0", schedule__epochs="1"), None, tmp_path / "a")
    images = json.loads((first.run_dir / "split.json").read_text())["images"]
    ids = [image["id"] for image in images]
    logits = np.eye(4, dtype=np.float32)[[first.record.classes.index(image["class"]) for image in images]] * 5
    path = tmp_path / "teacher.npz"
    np.savez(path, ids=np.array(ids), logits=logits)
    changes = {"teacher__logits": str(path), "quant__epochs": "0", "schedule__epochs": "1"}
    done = train(tiny_recipe(**changes), None, tmp_path / "b")
    assert done.record.accuracy["teacher"] == 1.0
    np.savez(path, ids=np.array(ids[:8]), logits=logits[:8])
    with pytest.raises(TrainError, match="lacks training images"):
        train(tiny_recipe(**changes), None, tmp_path / "c")
