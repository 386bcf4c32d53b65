"""Teachers: trained in up to three stages of transfer learning; their outputs for every view are cached on disk."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.archive import read_archive
from mcu_toolkit.data.preprocess import normalization
from mcu_toolkit.errors import TrainError
from mcu_toolkit.progress import Progress
from mcu_toolkit.recipe import Recipe
from mcu_toolkit.records.train import TeacherRow
from mcu_toolkit.train import losses, predict
from mcu_toolkit.train.augment import Batches
from mcu_toolkit.train.backend import seed_everything
from mcu_toolkit.train.checkpoint import Checkpoint
from mcu_toolkit.train.loop import Stage, StageSettings, fit
from mcu_toolkit.train.nets.base import NetSpec
from mcu_toolkit.train.nets.registry import build
from mcu_toolkit.workspace import atomic_write

Float = npt.NDArray[np.float32]
#: Teachers are trained on other views than their students.
_SEED_STEP = 1_000_003


@dataclass(frozen=True, eq=False)
class Material:
    """Training, validation and held-out images with their labels.

    Attributes:
        train, held_out, validation: uint8 [N, H, W, C].
        train_labels, held_out_labels, validation_labels: int64 [N].
        train_ids, held_out_ids: names.
        classes: number of classes.
        digest: hash of all training images and labels.
    """

    train: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.int64]
    train_ids: tuple[str, ...]
    validation: npt.NDArray[np.uint8]
    validation_labels: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.uint8]
    held_out_labels: npt.NDArray[np.int64]
    held_out_ids: tuple[str, ...]
    classes: int
    digest: str


@dataclass(frozen=True, eq=False)
class Answers:
    """Outputs of the teachers, averaged.

    Attributes:
        views: float32 [views, N train, classes], logits.
        held_out: float32 [N held out, classes], logits.
        parameters: of all teachers together; 0 where only a file of logits is at hand.
        features: float32 [views, N train, width], pooled features of the first teacher, where hints are asked for.
        teachers: one row per network, or the file of logits.
    """

    views: Float
    held_out: Float | None
    parameters: int
    features: Float | None = None
    teachers: tuple[TeacherRow, ...] = ()


def teach(
    recipe: Recipe, material: Material, folder: Path, cache_dir: Path | None, progress: Progress, views: int
) -> Answers:
    """Train the recipe's teachers, or read their outputs from the cache or from a file of logits.

    Args:
        recipe: what to do.
        material: images, at the resolution of the teachers.
        folder: where checkpoints go.
        cache_dir: where answers are kept between runs.
        progress: stages ``teacher`` and ``logits``.
        views: how many augmented views of each training image the student will see.
    """
    if recipe.teacher.logits:
        return _from_file(Path(recipe.teacher.logits), material)
    key = _key(recipe, material, views)
    for place in (folder, cache_dir):
        known = None if place is None else _read(place / f"answers-{key}.npz")
        if known is not None:
            progress("teacher", 1, 1)
            return known
    parts = [_one(recipe, name, i, material, folder, progress, views) for i, name in enumerate(recipe.teacher.networks)]
    answers = Answers(
        np.mean([p.views for p in parts], axis=0, dtype=np.float32),
        np.mean([p.held_out for p in parts if p.held_out is not None], axis=0, dtype=np.float32),
        sum(p.parameters for p in parts),
        parts[0].features,
        tuple(row for p in parts for row in p.teachers),
    )
    for place in (folder, cache_dir):
        if place is not None:
            _write(place / f"answers-{key}.npz", answers)
    return answers


def spec_of(recipe: Recipe, material: Material) -> NetSpec:
    """Specification of a teacher of a recipe."""
    _, height, width, depth = material.train.shape
    teacher = recipe.teacher
    return NetSpec(
        height, width, depth, material.classes, teacher.width, teacher.depth, teacher.dropout,
        weights=teacher.weights, normalization=recipe.input.normalization,
    )  # fmt: skip


def stages(recipe: Recipe) -> list[tuple[str, StageSettings, bool]]:
    """Stages of transfer learning: (name, settings, whether only the head learns).

    Without `frozen_epochs` there is one stage from scratch. With it: the head alone at the full rate; everything at a
    tenth; then, with `extended_epochs`, everything at a tenth of that, halved whenever validation stalls.
    """
    teacher, schedule = recipe.teacher, recipe.schedule
    base = StageSettings(
        teacher.epochs, teacher.learning_rate, schedule.decay, schedule.warmup_epochs, schedule.weight_decay,
        schedule.average, schedule.early_stopping,
    )  # fmt: skip
    found: list[tuple[str, StageSettings, bool]] = []
    rate = teacher.learning_rate
    if teacher.frozen_epochs:
        found.append(("frozen", dataclasses.replace(base, epochs=teacher.frozen_epochs), True))
        rate *= 0.1
    if teacher.epochs:
        found.append(("full", dataclasses.replace(base, learning_rate=rate), False))
    if teacher.extended_epochs:
        settings = dataclasses.replace(
            base, epochs=teacher.extended_epochs, learning_rate=rate * 0.1, decay="plateau", warmup_epochs=0.0
        )
        found.append(("extended", settings, False))
    return found


def train_network(
    recipe: Recipe, name: str, seed: int, material: Material, folder: Path, label: str, progress: Progress
) -> tuple[Any, float]:
    """One float network through its stages of transfer: (model, seconds)."""
    seed_everything(seed)
    model = build(name, spec_of(recipe, material))
    how = normalization(recipe.input.normalization)
    batches = Batches(material.train, recipe.augment, how, recipe.schedule.batch, seed + _SEED_STEP)
    targets = losses.one_hot(material.train_labels, material.classes, recipe.schedule.label_smoothing)
    balance = losses.class_weights(material.train_labels, material.classes) if recipe.schedule.class_weights else None
    sharp = losses.one_hot(material.validation_labels, material.classes)

    def loss(images: Any, hard: Any) -> Any:
        # While only the head is trained, the backbone keeps its normalization statistics.
        outputs = model(images, training=not head_only)
        return losses.cross_entropy(hard, outputs, balance)

    def validate() -> float:
        return float(losses.cross_entropy(sharp, predict.logits(model, material.validation, how)))

    seconds = 0.0
    plans = stages(recipe)
    total = sum(settings.epochs for _, settings, _ in plans)
    before = 0
    for stage_name, settings, head_only in plans:
        variables = model.get_layer("logits").trainable_variables if head_only else None
        stage = Stage(
            "teacher", model, loss, _views(batches, targets, before), max(1, len(targets) // recipe.schedule.batch),
            variables, validate,
        )  # fmt: skip
        outcome = fit(
            stage, settings, Checkpoint(folder / f"{label}-{stage_name}.npz"), _offset(progress, before, total)
        )
        seconds += outcome.seconds
        before += settings.epochs
    return model, seconds


def _views(batches: Batches, targets: Float, before: int) -> Any:
    return lambda epoch: batches.view(before + epoch, before + epoch, targets)


def _offset(progress: Progress, before: int, total: int) -> Progress:
    return lambda name, done, _total: progress(name, before + done, total)


def _one(
    recipe: Recipe, name: str, number: int, material: Material, folder: Path, progress: Progress, views: int
) -> Answers:
    model, seconds = train_network(
        recipe, name, recipe.seed * 100 + number, material, folder, f"teacher{number}-{name}", progress
    )
    how = normalization(recipe.input.normalization)
    # The student's views and order, since the outputs must belong to the images that it is trained on.
    seen = Batches(material.train, recipe.augment, how, 128, recipe.seed)
    parts, hints = [], []
    for view in range(views):
        progress("logits", view, views)
        logits, features = predict.view_outputs(model, seen, view, with_features=recipe.distill.hints > 0.0)
        parts.append(logits)
        hints.append(features)
    progress("logits", views, views)
    held_out = predict.logits(model, material.held_out, how)
    accuracy, parameters = predict.accuracy(held_out, material.held_out_labels), int(model.count_params())
    row = TeacherRow(name, accuracy, parameters, round(seconds, 1))
    features = np.stack([h for h in hints if h is not None]) if recipe.distill.hints > 0.0 else None
    return Answers(np.stack(parts), held_out, parameters, features, (row,))


def _key(recipe: Recipe, material: Material, views: int) -> str:
    """Hash of everything that the outputs depend on."""
    schedule = dataclasses.asdict(recipe.schedule)
    schedule.pop("epochs")
    schedule.pop("learning_rate")
    parts = [
        recipe.seed, dataclasses.asdict(recipe.teacher), dataclasses.asdict(recipe.augment), schedule,
        recipe.input.normalization, material.digest, views,
        recipe.distill.hints > 0.0,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _write(path: Path, answers: Answers) -> None:
    stream = BytesIO()
    rows = json.dumps([dataclasses.asdict(row) for row in answers.teachers])
    held_out = answers.held_out if answers.held_out is not None else np.zeros((0, 0), np.float32)
    features = answers.features if answers.features is not None else np.zeros((0, 0, 0), np.float32)
    np.savez(
        stream, views=answers.views, held_out=held_out, features=features,
        parameters=np.array(answers.parameters), teachers=np.array(rows),
    )  # fmt: skip
    atomic_write(path, stream.getvalue())


def _read(path: Path) -> Answers | None:
    try:
        archive: Mapping[str, Any] = read_archive(path)
        rows = tuple(TeacherRow(**row) for row in json.loads(str(archive["teachers"])))
        features = archive["features"] if archive["features"].size else None
        return Answers(archive["views"], archive["held_out"], int(archive["parameters"]), features, rows)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _from_file(path: Path, material: Material) -> Answers:
    """A file of logits: ``ids`` and ``logits`` [N, classes] (names as in split.json), the same for every view."""
    try:
        archive = read_archive(path)
        ids, values = [str(name) for name in archive["ids"]], archive["logits"].astype(np.float32)
    except (OSError, ValueError, KeyError, TypeError) as bad:
        raise TrainError(
            f"cannot read teacher outputs {path}: {bad}", expected="an .npz with arrays ids [N] and logits [N, classes]"
        ) from bad
    if values.shape != (len(ids), material.classes):
        raise TrainError(
            f"{path} does not fit the data",
            expected=f"logits of shape ({len(ids)}, {material.classes})",
            received=str(values.shape),
        )
    row = {name: i for i, name in enumerate(ids)}

    def take(wanted: Sequence[str]) -> Float | None:
        return values[[row[name] for name in wanted]] if all(name in row for name in wanted) else None

    train = take(material.train_ids)
    if train is None:
        lost = next(name for name in material.train_ids if name not in row)
        raise TrainError(
            f"{path} lacks training images", expected="an output for each training image", received=f"none for {lost}"
        )
    return Answers(train[None], take(material.held_out_ids), 0, None, (TeacherRow(file=path.name),))
