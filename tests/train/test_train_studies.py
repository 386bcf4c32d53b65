"""Studies stream rows and resume; saliency maps, guidance, hints; several seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import TrainError
from mcu_toolkit.recipe import Saliency
from mcu_toolkit.records.codec import read
from mcu_toolkit.records.seeds import SeedsRecord
from mcu_toolkit.records.study import TrialRecord
from mcu_toolkit.train import maps, modes, studies
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.footprint import live_bytes
from mcu_toolkit.train.run import train
from mcu_toolkit.train.saliency import mask
from mcu_toolkit.train.seeds import train_seeds
from tests.support.training import tiny_recipe


def fake(row: studies.Row, _context: studies.StudyContext) -> TrialRecord:
    return TrialRecord(
        row=row.name, against=row.against, accuracy=0.5, train_accuracy=None, bytes=10, parameters=3, ram=4,
        correct="10", seconds=0.0,
    )  # fmt: skip


def test_interrupted_study_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = studies.StudyContext(tiny_recipe(), None, tmp_path / "study")
    done: list[str] = []

    def interrupted(row: studies.Row, context: studies.StudyContext) -> TrialRecord:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(row.name)
        return fake(row, context)

    monkeypatch.setattr(studies, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(studies.run_study("distillation", context))
    again: list[str] = []
    monkeypatch.setattr(studies, "measure", lambda row, context: again.append(row.name) or fake(row, context))
    results = list(studies.run_study("distillation", context))
    names = [row.name for row in studies.rows_of("distillation")]
    assert [trial.row for trial in studies.order(results, "distillation")] == names
    assert sorted(done + again) == sorted(names)
    with pytest.raises(TrainError, match="another recipe"):
        list(studies.run_study("distillation", studies.StudyContext(tiny_recipe(seed="9"), None, tmp_path / "study")))


def test_machines_share_a_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "measure", fake)
    journal = str(tmp_path / "shared.journal")
    first = studies.run_study("distillation", studies.StudyContext(tiny_recipe(), None, tmp_path / "a"), journal)
    next(first)
    second = list(studies.run_study("distillation", studies.StudyContext(tiny_recipe(), None, tmp_path / "b"), journal))
    assert len(second) == 4


@pytest.mark.slow
def test_rows_of_a_real_study(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    held_out = 4 * round(recipe.data.images / 4 * recipe.split.validation)  # stratified over four classes
    context = studies.StudyContext(recipe, None, tmp_path / "study")
    rows = {row.name: row for row in studies.rows_of("quantization")}
    for name in ("float16", "int16x8 after training", "PACT 4 bits"):
        found = studies.measure(rows[name], context)
        assert len(found.correct) == held_out
        assert found.bytes > 1000
        assert found.ram >= recipe.input.height * recipe.input.width * recipe.input.channels
    stability = found.stability
    assert stability is not None
    assert len(stability.rank_correlation) == len(stability.top10_overlap) == min(held_out, 256)
    assert all(-1 <= value <= 1 for value in stability.rank_correlation)


@pytest.mark.slow
def test_teacher_of_a_study_has_its_own_resolution(tmp_path: Path) -> None:
    context = studies.StudyContext(tiny_recipe(teacher__resolution="48"), None, tmp_path / "study")
    (row,) = (row for row in studies.rows_of("distillation") if row.what == "teacher")
    other = studies.StudyContext(tiny_recipe(), None, tmp_path / "other")
    # float32 activations, in proportion to the area of the image.
    assert studies.measure(row, context).ram == 2.25 * studies.measure(row, other).ram


def test_live_bytes_of_a_residual_block() -> None:
    """The shortcut is alive during both convolutions: at most three maps of 8x8x4, calculated by hand."""
    keras = backend().keras
    source = keras.layers.Input((8, 8, 4))
    x = keras.layers.Conv2D(4, 3, padding="same")(source)
    x = keras.layers.Conv2D(4, 3, padding="same")(x)
    model = keras.Model(source, keras.layers.Add()([x, source]))
    sizes = {mode: live_bytes(modes.export(model, mode, [np.ones((1, 8, 8, 4), np.float32)])) for mode in modes.MODES}
    assert sizes == {"float32": 3072, "float16": 3072, "dynamic": 3072, "int8": 768, "int16x8": 1536}


def test_rank_correlation_and_overlap() -> None:
    a = np.arange(100, dtype=np.float32)
    assert maps.rank_correlation(a, a * 2 + 1) == pytest.approx(1.0)
    assert maps.rank_correlation(a, -a) == pytest.approx(-1.0)
    assert maps.rank_correlation(a, np.ones(100, np.float32)) == 0.0
    assert maps.top_overlap(a, a) == 1.0
    assert maps.top_overlap(a, -a) == 0.0


def test_maps_of_a_linear_network_are_its_weights() -> None:
    keras = backend().keras
    source = keras.layers.Input((4, 4, 1))
    model = keras.Model(source, keras.layers.Dense(2, use_bias=False)(keras.layers.Flatten()(source)))
    weights = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
    model.set_weights([weights])
    probe = maps.Probe(model)
    images = np.random.default_rng(1).random((3, 4, 4, 1)).astype(np.float32)
    labels = np.array([0, 1, 1])
    expected = np.abs(weights[:, labels].T.reshape(3, 4, 4))
    for method in ("gradient", "smoothgrad"):
        np.testing.assert_allclose(maps.saliency_maps(probe, images, labels, method), expected, rtol=1e-5)
    integrated = maps.saliency_maps(probe, images, labels, "integrated")
    np.testing.assert_allclose(integrated, expected * (images[..., 0] - images.min()), rtol=1e-4, atol=1e-6)
    found = maps.curves(probe, images, labels, expected, steps=4)
    assert found.deletion[0] == pytest.approx(found.insertion[-1])


@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.7])
def test_mask_replaces_the_least_important_pixels(ratio: float) -> None:
    tf = backend().tf
    importance = np.random.default_rng(0).random((2, 10, 10, 1)).astype(np.float32)
    images = np.random.default_rng(1).random((2, 10, 10, 1)).astype(np.float32)
    config = Saliency(enabled=True, ratio=ratio)
    done = mask(tf.constant(images), tf.constant(importance), config, tf.constant([1, 2], tf.int64)).numpy()
    changed = (done != images)[..., 0]
    assert changed.sum(axis=(1, 2)).tolist() == [round(100 * ratio)] * 2
    for one, where in zip(importance[..., 0], changed, strict=True):
        assert one[where].max() < one[~where].min()


def test_hints_saliency_and_pact_in_one_loss(tmp_path: Path) -> None:
    recipe = tiny_recipe(
        distill__hints="0.1", saliency__enabled="true", saliency__sparsity="0.1", quant__scheme="pact",
        quant__weight_bits="4", quant__activation_bits="4", schedule__epochs="1",
    )  # fmt: skip
    done = train(recipe, None, tmp_path / "run")
    assert 0 <= done.record.accuracy["int8"] <= 1
    assert set(done.record.saliency.stability if done.record.saliency is not None else ()) == set(maps.METHODS)


def test_seeds_give_mean_and_spread_and_resume(tmp_path: Path) -> None:
    recipe = tiny_recipe(distill__enabled="false", quant__scheme="ptq", schedule__epochs="1")
    results = train_seeds(recipe, None, tmp_path / "run", 2)
    found = read(SeedsRecord, tmp_path / "run" / "seeds.json")
    each = [r.record.accuracy["int8"] for r in results]
    assert found.accuracy["int8"].mean == pytest.approx(float(np.mean(each)))
    assert found.accuracy["int8"].sd == pytest.approx(float(np.std(each, ddof=1)))
    best = max(results, key=lambda r: float(r.record.accuracy["int8"]))
    assert (tmp_path / "run" / "model.tflite").read_bytes() == best.model.read_bytes()
    before = results[0].model.stat().st_mtime_ns
    train_seeds(recipe, None, tmp_path / "run", 2, resume=True)
    assert results[0].model.stat().st_mtime_ns == before
