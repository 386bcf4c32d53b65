"""The student: distilled in float, folded, then trained on with simulated quantization."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import normalization
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.progress import Progress
from mcu_toolkit.recipe import Recipe
from mcu_toolkit.train import losses, predict
from mcu_toolkit.train.augment import Batches, plain_batches
from mcu_toolkit.train.backend import seed_everything
from mcu_toolkit.train.checkpoint import Checkpoint
from mcu_toolkit.train.loop import Outcome, Plan, Stage, fit
from mcu_toolkit.train.nets.base import NetSpec, fold
from mcu_toolkit.train.nets.registry import build, network
from mcu_toolkit.train.quantize import simulate
from mcu_toolkit.train.teacher import Answers, Material

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Student:
    """A trained student: `trained` with batch normalization, `folded` without (the same function)."""

    trained: Any
    folded: Any
    outcome: Outcome


def spec_of(recipe: Recipe, material: Material) -> NetSpec:
    """What the student of this recipe is built for."""
    _, height, width, channels = material.train.shape
    student = recipe.student
    return NetSpec(
        height, width, channels, material.classes, student.width, student.depth, student.dropout,
        normalization=recipe.input.normalization,
    )  # fmt: skip


def distil(recipe: Recipe, material: Material, answers: Answers | None, folder: Path, progress: Progress) -> Student:
    """Train the float student, with the teacher's answers where there are any."""
    if not network(recipe.student.network).foldable:
        raise ConfigError(
            f"network '{recipe.student.network}' is a teacher: it has no form for a microcontroller",
            hint="choose a student of docs/training.md (--set student.network=separable)",
        )
    seed_everything(recipe.seed)
    spec = spec_of(recipe, material)
    model = build(recipe.student.network, spec)
    folded = build(recipe.student.network, dataclasses.replace(spec, norm=False))
    schedule = recipe.schedule
    plan = Plan(
        schedule.epochs, schedule.learning_rate, schedule.decay, schedule.warmup_epochs, schedule.weight_decay,
        schedule.average, schedule.early_stopping,
    )  # fmt: skip
    outcome = _learn("student", model, recipe, material, answers, plan, folder / "student.npz", progress)
    fold(model, folded)
    return Student(model, folded, outcome)


def quantize(
    recipe: Recipe, material: Material, answers: Answers | None, student: Student, folder: Path, progress: Progress
) -> tuple[Any, Outcome]:
    """Quantization-aware training from the distilled student, distillation kept on: (simulated network, outcome)."""
    seed_everything(recipe.seed + 1)
    how = normalization(recipe.input.normalization)
    model = simulate(student.folded, how, calibration_batches(recipe, material))
    plan = Plan(
        recipe.quant.epochs, recipe.quant.learning_rate, recipe.schedule.decay if recipe.schedule.decay != "plateau"
        else "cosine", 0.0, 0.0, min(recipe.schedule.average, 0.99),
    )  # fmt: skip
    outcome = _learn("quantize", model, recipe, material, answers, plan, folder / "quantize.npz", progress)
    return model, outcome


def calibration_images(recipe: Recipe, material: Material) -> npt.NDArray[np.uint8]:
    """Training images that set the ranges: spread evenly, so that every class is among them."""
    count = min(recipe.quant.calibration_images, len(material.train))
    chosen: npt.NDArray[np.uint8] = material.train[np.linspace(0, len(material.train) - 1, count).astype(np.int64)]
    return chosen


def calibration_batches(recipe: Recipe, material: Material) -> list[Float]:
    """`calibration_images` as the network is fed."""
    how = normalization(recipe.input.normalization)
    return list(plain_batches(calibration_images(recipe, material), how, 32))


def _learn(
    name: str,
    model: Any,
    recipe: Recipe,
    material: Material,
    answers: Answers | None,
    plan: Plan,
    path: Path,
    progress: Progress,
) -> Outcome:
    how = normalization(recipe.input.normalization)
    batches = Batches(material.train, recipe.augment, how, recipe.schedule.batch, recipe.seed)
    hard = losses.one_hot(material.train_labels, material.classes, recipe.schedule.label_smoothing)
    balance = losses.class_weights(material.train_labels, material.classes) if recipe.schedule.class_weights else None
    sharp = losses.one_hot(material.validation_labels, material.classes)
    loss = _loss(model, recipe, answers is not None, balance)

    def view(epoch: int) -> Any:
        if answers is None:
            return batches.view(epoch, epoch, hard)
        number = epoch % len(answers.views)
        return batches.view(number, epoch, hard, losses.soft_targets(answers.views[number], recipe.distill.temperature))

    def validate() -> float:
        return float(losses.cross_entropy(sharp, predict.logits(model, material.validation, how)))

    steps = max(1, len(hard) // recipe.schedule.batch)
    return fit(Stage(name, model, loss, view, steps, None, validate), plan, Checkpoint(path), progress)


def _loss(model: Any, recipe: Recipe, distilled: bool, balance: Any) -> Callable[..., Any]:
    config = recipe.distill

    def hard_only(images: Any, hard: Any) -> Any:
        return losses.cross_entropy(hard, model(images, training=True), balance)

    def with_teacher(images: Any, hard: Any, soft: Any) -> Any:
        outputs = model(images, training=True)
        return losses.distillation(hard, soft, outputs, config.temperature, config.weight, balance)

    return with_teacher if distilled else hard_only
