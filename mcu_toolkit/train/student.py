"""The student: distilled as a float network, folded, then trained further with simulated quantization."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcu_toolkit.data.preprocess import normalization
from mcu_toolkit.errors import ConfigError
from mcu_toolkit.progress import Progress
from mcu_toolkit.recipe import Recipe
from mcu_toolkit.train import losses, predict, saliency
from mcu_toolkit.train.augment import Batches, plain_batches
from mcu_toolkit.train.backend import backend, seed_everything
from mcu_toolkit.train.checkpoint import Checkpoint
from mcu_toolkit.train.fake_quant import Bits, clipping_levels, simulate
from mcu_toolkit.train.loop import Outcome, Stage, StageSettings, fit
from mcu_toolkit.train.nets.base import FEATURES, NetSpec, fold
from mcu_toolkit.train.nets.registry import NETWORKS, build
from mcu_toolkit.train.teacher import Answers, Material

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Student:
    """A trained student: `trained` with batch normalization, `folded` without (the same function)."""

    trained: Any
    folded: Any
    outcome: Outcome


def spec_of(recipe: Recipe, material: Material) -> NetSpec:
    """Specification of the student of a recipe."""
    _, height, width, channels = material.train.shape
    student = recipe.student
    return NetSpec(
        height, width, channels, material.classes, student.width, student.depth, student.dropout,
        normalization=recipe.input.normalization,
    )  # fmt: skip


def distil(recipe: Recipe, material: Material, answers: Answers | None, folder: Path, progress: Progress) -> Student:
    """Train the float student, with the teacher's outputs if there is a teacher."""
    if not NETWORKS.find(recipe.student.network).foldable:
        raise ConfigError(
            f"network '{recipe.student.network}' is a teacher: it has no form for a microcontroller",
            hint="choose a student of docs/training.md (--set student.network=separable)",
        )
    seed_everything(recipe.seed)
    spec = spec_of(recipe, material)
    model = build(recipe.student.network, spec)
    folded = build(recipe.student.network, dataclasses.replace(spec, norm=False))
    schedule = recipe.schedule
    settings = StageSettings(
        schedule.epochs, schedule.learning_rate, schedule.decay, schedule.warmup_epochs, schedule.weight_decay,
        schedule.average, schedule.early_stopping,
    )  # fmt: skip
    outcome = _learn("student", model, recipe, material, answers, settings, folder / "student.npz", progress)
    fold(model, folded)
    return Student(model, folded, outcome)


def quantize(
    recipe: Recipe, material: Material, answers: Answers | None, student: Student, folder: Path, progress: Progress
) -> tuple[Any, Outcome]:
    """Quantization-aware training of the distilled student, with distillation: (simulated network, outcome)."""
    seed_everything(recipe.seed + 1)
    how = normalization(recipe.input.normalization)
    config = recipe.quant
    bits = Bits(config.weight_bits, config.activation_bits, pact=True) if config.scheme == "pact" else Bits()
    model = simulate(student.folded, how, calibration_batches(recipe, material), bits)
    settings = StageSettings(
        recipe.quant.epochs, recipe.quant.learning_rate, recipe.schedule.decay if recipe.schedule.decay != "plateau"
        else "cosine", 0.0, 0.0, min(recipe.schedule.average, 0.99),
    )  # fmt: skip
    outcome = _learn("quantize", model, recipe, material, answers, settings, folder / "quantize.npz", progress)
    return model, outcome


def calibration_images(recipe: Recipe, material: Material) -> npt.NDArray[np.uint8]:
    """Training images that set the ranges, evenly spaced, so that every class is included."""
    count = min(recipe.quant.calibration_images, len(material.train))
    chosen: npt.NDArray[np.uint8] = material.train[np.linspace(0, len(material.train) - 1, count).astype(np.int64)]
    return chosen


def calibration_batches(recipe: Recipe, material: Material) -> list[Float]:
    """`calibration_images`, normalized."""
    how = normalization(recipe.input.normalization)
    return list(plain_batches(calibration_images(recipe, material), how, 32))


def _learn(
    name: str,
    model: Any,
    recipe: Recipe,
    material: Material,
    answers: Answers | None,
    settings: StageSettings,
    path: Path,
    progress: Progress,
) -> Outcome:
    how = normalization(recipe.input.normalization)
    batches = Batches(material.train, recipe.augment, how, recipe.schedule.batch, recipe.seed)
    hard = losses.one_hot(material.train_labels, material.classes, recipe.schedule.label_smoothing)
    sharp = losses.one_hot(material.validation_labels, material.classes)
    # Hints are used for the float student only; quantization-aware training starts from it.
    features = answers.features if answers is not None and name == "student" else None
    learner = model if features is None else _with_hint(model, features.shape[-1])
    loss = _Loss(learner, recipe, material, answers is not None, features is not None)

    def view(epoch: int) -> Any:
        if answers is None:
            return batches.view(epoch, epoch, hard)
        number = epoch % len(answers.views)
        soft = losses.soft_targets(answers.views[number], recipe.distill.temperature)
        hints = () if features is None else (features[number],)
        return batches.view(number, epoch, hard, soft, *hints)

    def validate() -> float:
        return float(losses.cross_entropy(sharp, predict.logits(model, material.validation, how)))

    steps = max(1, len(hard) // recipe.schedule.batch)
    return fit(Stage(name, learner, loss, view, steps, None, validate), settings, Checkpoint(path), progress)


def _with_hint(model: Any, width: int) -> Any:
    """The network with a second output: its pooled features projected to the teacher's width (Romero et al., 2015)."""
    keras = backend().keras
    guess = keras.layers.Dense(width, name="hint")(model.get_layer(FEATURES).output)
    return keras.Model(model.input, [model.output, guess])


class _Loss:
    """Loss of one batch: hard labels, teacher, hints, saliency and clipping levels, as the recipe sets them."""

    def __init__(self, model: Any, recipe: Recipe, material: Material, distilled: bool, hinted: bool) -> None:
        self.model, self.recipe, self.distilled, self.hinted = model, recipe, distilled, hinted
        schedule = recipe.schedule
        self.balance = losses.class_weights(material.train_labels, material.classes) if schedule.class_weights else None
        self.levels = clipping_levels(model)

    def _logits(self, images: Any, training: bool = True) -> Any:
        outputs = self.model(images, training=training)
        return outputs[0] if self.hinted else outputs

    def __call__(self, images: Any, hard: Any, soft: Any = None, hint: Any = None) -> Any:
        tf, recipe = backend().tf, self.recipe
        outputs = self.model(images, training=True)
        logits, guess = outputs if self.hinted else (outputs, None)
        if self.distilled:
            distill = recipe.distill
            loss = losses.distillation(hard, soft, logits, distill.temperature, distill.weight, self.balance)
        else:
            loss = losses.cross_entropy(hard, logits, self.balance)
        if guess is not None:
            # Relative to the magnitude of the teacher's features, so that one weight suits all teachers.
            loss += recipe.distill.hints * tf.reduce_mean((guess - hint) ** 2) / (tf.reduce_mean(hint**2) + 1e-6)
        if recipe.saliency.enabled:
            # From the batch, not from a counter, so that a resumed run draws the same numbers as an uninterrupted one.
            seed = tf.cast(tf.stack([recipe.seed, 0]), tf.int64) + tf.cast(1e3 * tf.reduce_sum(images), tf.int64)
            loss += saliency.guidance(self._logits, images, hard, logits, recipe.saliency, seed)
        for level in self.levels:
            loss += recipe.quant.clip_decay * tf.square(level)
        return loss
