"""Studies: tables of trials of one recipe, run by Optuna; they can be resumed and shared by several machines."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mcu_toolkit.data.dataset import load_dataset
from mcu_toolkit.data.preprocess import normalization, to_float
from mcu_toolkit.data.preprocess import to_int8 as to_int8_pixels
from mcu_toolkit.data.split import divide
from mcu_toolkit.errors import ConfigError, TrainError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.recipe import Recipe, override
from mcu_toolkit.records.codec import dumps, loads
from mcu_toolkit.records.study import ImageStability, TrialRecord
from mcu_toolkit.train import maps, modes, predict
from mcu_toolkit.train.backend import INSTALL
from mcu_toolkit.train.export import Int8Runner, border, run_int8, to_int8, with_softmax
from mcu_toolkit.train.footprint import live_bytes
from mcu_toolkit.train.run import for_teachers, gather
from mcu_toolkit.train.student import Student, calibration_batches, distil, quantize
from mcu_toolkit.train.teacher import Answers, Material, teach, train_network

#: Incremented when the results of `measure` change, so that rows of two versions are never mixed in one table.
_FIGURES = 3
#: Most images that saliency maps are compared on, evenly spaced among the held-out ones.
_MAP_IMAGES = 256


@dataclass(frozen=True)
class Row:
    """One line of a study's table.

    Attributes:
        name: as the table prints it.
        changes: keys of the recipe that this row sets.
        what: ``student``, ``teacher``, a mode of `modes.MODES`, or ``quantized``.
        against: the row that this one is compared with, image by image; by default the study's first.
    """

    name: str
    what: str
    changes: tuple[tuple[str, str], ...] = ()
    against: str | None = None


def _pact(bits: int) -> tuple[tuple[str, str], ...]:
    return (("quant.scheme", "pact"), ("quant.weight_bits", str(bits)), ("quant.activation_bits", str(bits)))


_PLAIN = (("saliency.enabled", "false"),)


def _guided(masking: str, value: str) -> tuple[tuple[str, str], ...]:
    key = "saliency.ratio" if masking == "ratio" else "saliency.threshold"
    return (("saliency.enabled", "true"), ("saliency.masking", masking), (key, value))


_MASKS = (
    ("plain", _PLAIN),
    ("ratio 0.3", _guided("ratio", "0.3")),
    ("ratio 0.5", _guided("ratio", "0.5")),
    ("ratio 0.7", _guided("ratio", "0.7")),
    ("threshold", _guided("threshold", "0.05")),
)

#: Study → its rows.
STUDIES: dict[str, tuple[Row, ...]] = {
    "quantization": (
        Row("float32", "float32"),
        Row("float16", "float16"),
        Row("dynamic range", "dynamic"),
        Row("int8 after training", "int8"),
        Row("int16x8 after training", "int16x8"),
        Row("int8 aware", "quantized", (("quant.scheme", "qat"),)),
        *(Row(f"PACT {bits} bits", "quantized", _pact(bits)) for bits in (8, 4, 2)),
    ),
    "distillation": (
        Row("teacher", "teacher"),
        Row("student alone", "student", (("distill.enabled", "false"),)),
        Row("student distilled", "student"),
        Row("distilled, int8", "quantized"),
    ),
    "saliency": tuple(
        Row(f"{mask}, {kind}", "quantized", (*changes, *bits), None if mask == "plain" else f"plain, {kind}")
        for mask, changes in _MASKS
        for kind, bits in (("int8", (("quant.scheme", "qat"),)), ("PACT 4 bits", _pact(4)))
    ),
}


@dataclass(frozen=True, eq=False)
class StudyContext:
    """Settings shared by all trials of a study.

    Attributes:
        recipe: before the changes of a row.
        data_dir: folder of images.
        folder: of the study; checkpoints below it are shared by rows that train the same network.
        cache_dir, progress, run_int8: as `train`.
        teacher_network: quantize the recipe's first teacher instead of the student (study ``quantization``).
    """

    recipe: Recipe
    data_dir: Path | None
    folder: Path
    cache_dir: Path | None = None
    progress: Progress = silent
    run_int8: Int8Runner | None = None
    teacher_network: bool = False


def rows_of(study: str, teacher_network: bool = False) -> tuple[Row, ...]:
    """Rows of a study.

    Raises:
        ConfigError: there is no such study.
    """
    if study not in STUDIES:
        raise ConfigError(f"there is no study '{study}'", expected=", ".join(STUDIES), received=study)
    rows = STUDIES[study]
    return tuple(row for row in rows if row.what in modes.MODES) if teacher_network else rows


def run_study(study: str, context: StudyContext, storage: str | None = None) -> Iterator[TrialRecord]:
    """Run the rows that are not done yet, anywhere; yields every row's result as it is there, done ones first.

    Args:
        study: key of `STUDIES`.
        context: what the trials share.
        storage: Optuna storage URL or path of a journal file (``….journal``); by default SQLite in the study's folder.

    Raises:
        TrainError: Optuna is missing.
    """
    optuna = _optuna()
    context.folder.mkdir(parents=True, exist_ok=True)
    rows = {row.name: row for row in rows_of(study, context.teacher_network)}
    name = f"{study}-{context.recipe.name}{'-teacher' if context.teacher_network else ''}"
    found = optuna.create_study(
        study_name=name, storage=_storage(optuna, storage, context.folder), load_if_exists=True, direction="maximize"
    )
    _check_same_recipe(found, context.recipe)
    _enqueue(optuna, found, rows)
    reported: set[str] = set()
    for result in _finished(optuna, found):
        if result.row in rows and result.row not in reported:
            reported.add(result.row)
            yield result

    def objective(trial: Any) -> float:
        row = rows[trial.suggest_categorical("row", list(rows))]
        if row.name in {result.row for result in _finished(optuna, found)}:
            raise optuna.TrialPruned
        result = measure(row, context)
        trial.set_user_attr("result", dumps(result))
        return result.accuracy

    while any(t.state == optuna.trial.TrialState.WAITING for t in found.get_trials(deepcopy=False)):
        found.optimize(objective, n_trials=1)
        for result in _finished(optuna, found):
            if result.row in rows and result.row not in reported:
                reported.add(result.row)
                yield result


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as bad:
        raise TrainError("studies need Optuna", hint=INSTALL) from bad
    optuna.logging.set_verbosity(logging.ERROR)
    # Heartbeats, by which the row of a machine that failed is run again elsewhere, are marked experimental.
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna


def _storage(optuna: Any, given: str | None, folder: Path) -> Any:
    if given is not None and given.endswith(".journal"):
        backend = optuna.storages.journal.JournalFileBackend(given)
        return optuna.storages.JournalStorage(backend)
    url = given or f"sqlite:///{folder / 'study.db'}"
    # A machine that fails stops its heartbeat; another machine then runs its row again.
    return optuna.storages.RDBStorage(url, heartbeat_interval=30, grace_period=120)


def _check_same_recipe(found: Any, recipe: Recipe) -> None:
    text = json.dumps({**dataclasses.asdict(recipe), "figures": _FIGURES}, sort_keys=True)
    known = found.user_attrs.get("recipe")
    if known is None:
        found.set_user_attr("recipe", text)
    elif known != text:
        raise TrainError(
            f"study '{found.study_name}' began with another recipe, or another version of mcutk",
            expected="the same recipe, --set options and figures, so that rows can be compared",
            hint="--fresh starts the study from the beginning",
        )


def _enqueue(optuna: Any, found: Any, rows: dict[str, Row]) -> None:
    """Enqueue the rows that are neither finished nor waiting nor running elsewhere."""
    if hasattr(found._storage, "get_heartbeat_interval"):
        optuna.storages.fail_stale_trials(found)
    state = optuna.trial.TrialState
    active = {
        (trial.params or trial.system_attrs.get("fixed_params", {})).get("row")
        for trial in found.get_trials(deepcopy=False)
        if trial.state in (state.COMPLETE, state.WAITING, state.RUNNING)
    }
    for name in rows:
        if name not in active:
            found.enqueue_trial({"row": name})


def _finished(optuna: Any, found: Any) -> list[TrialRecord]:
    trials = found.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    return [
        loads(TrialRecord, t.user_attrs["result"], origin="a stored trial") for t in trials if "result" in t.user_attrs
    ]


def measure(row: Row, context: StudyContext) -> TrialRecord:
    """Train what a row needs, unless an earlier row has trained it, and measure it.

    Args:
        row: of the study.
        context: settings of the study.
    """
    started = time.monotonic()
    recipe = context.recipe
    for key, value in row.changes:
        recipe = override(recipe, key, value)
    data = load_dataset(recipe, context.data_dir, cache_dir=context.cache_dir, progress=context.progress)
    division = divide(data, recipe.split)
    material = gather(data, division)
    shown = material
    if row.what == "teacher" or context.teacher_network or recipe.distill.enabled:
        shown = for_teachers(
            recipe, context.data_dir, division, material, cache_dir=context.cache_dir, progress=context.progress
        )
    found = _Trial(row, recipe, context, material, shown).run()
    return dataclasses.replace(found, seconds=round(time.monotonic() - started, 1))


class _Trial:
    """One row in work; the teachers see the images of `shown`, which may be of another resolution."""

    def __init__(self, row: Row, recipe: Recipe, context: StudyContext, material: Material, shown: Material) -> None:
        self.row, self.recipe, self.context, self.material, self.shown = row, recipe, context, material, shown
        self.how = normalization(recipe.input.normalization)

    def run(self) -> TrialRecord:
        row = self.row
        if row.what == "teacher":
            return self._float_row(self._teacher(), self.shown)
        if row.what == "student":
            return self._float_row(self._student().folded, self.material)
        if row.what == "quantized":
            return self._quantized()
        seen = self.shown if self.context.teacher_network else self.material
        model = with_softmax(self._teacher() if self.context.teacher_network else self._student().folded)
        content = modes.export(model, row.what, calibration_batches(self.recipe, seen))
        outputs = modes.run(content, to_float(seen.held_out, self.how))
        return self._result(outputs, None, content, model)

    def _part(self, *sections: str) -> Path:
        """Folder of checkpoints, named after the settings that they depend on."""
        table = dataclasses.asdict(self.recipe)
        text = json.dumps([self.recipe.seed, *(table[name] for name in sections)], sort_keys=True)
        return self.context.folder / f"{sections[-1]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def _teacher(self) -> Any:
        folder = self._part("input", "split", "augment", "schedule", "teacher")
        name = self.recipe.teacher.networks[0]
        return train_network(
            self.recipe, name, self.recipe.seed * 100, self.shown, folder, f"teacher0-{name}", self.context.progress
        )[0]

    def _answers(self) -> Answers | None:
        recipe = self.recipe
        if not recipe.distill.enabled:
            return None
        folder = self._part("input", "split", "augment", "schedule", "teacher")
        views = min(recipe.distill.views, max(recipe.schedule.epochs, recipe.quant.epochs, 1))
        return teach(recipe, self.shown, folder, self.context.cache_dir, self.context.progress, views)

    def _student_folder(self) -> Path:
        return self._part("input", "split", "augment", "schedule", "teacher", "distill", "saliency", "student")

    def _student(self) -> Student:
        return distil(self.recipe, self.material, self._answers(), self._student_folder(), self.context.progress)

    def _quantized(self) -> TrialRecord:
        student, answers = self._student(), self._answers()
        base = ("input", "split", "augment", "schedule", "teacher", "distill", "saliency", "student", "quant")
        model, _ = quantize(self.recipe, self.material, answers, student, self._part(*base), self.context.progress)
        content = to_int8(with_softmax(model))
        where = border(content)
        fed = to_int8_pixels(self.material.held_out, where.input_scale, where.input_zero_point, self.how)
        outputs = (self.context.run_int8 or run_int8)(content, fed)
        train = predict.logits(model, self.material.train, self.how)
        found = self._result(outputs, train, content, student.folded)
        chosen = np.unique(np.linspace(0, len(fed) - 1, min(_MAP_IMAGES, len(fed))).astype(np.int64))
        images, labels = to_float(self.material.held_out[chosen], self.how), self.material.held_out_labels[chosen]
        pair = maps.stability(maps.Probe(student.folded), maps.Probe(model), images, labels)
        stability = ImageStability(
            tuple(np.round(pair.rank_correlation.astype(np.float64), 4).tolist()),
            tuple(np.round(pair.top_overlap.astype(np.float64), 4).tolist()),
        )
        return dataclasses.replace(found, stability=stability)

    def _float_row(self, model: Any, seen: Material) -> TrialRecord:
        held_out = predict.logits(model, seen.held_out, self.how)
        train = predict.logits(model, seen.train, self.how)
        return self._result(held_out, train, modes.export(with_softmax(model), "float32", []), model)

    def _result(self, outputs: Any, train: Any, content: bytes, model: Any) -> TrialRecord:
        correct = outputs.argmax(axis=1) == self.material.held_out_labels
        labels = self.material.train_labels
        return TrialRecord(
            row=self.row.name,
            against=self.row.against,
            accuracy=float(correct.mean()),
            train_accuracy=None if train is None else predict.accuracy(np.asarray(train), labels),
            bytes=len(content),
            parameters=int(model.count_params()),
            ram=live_bytes(content),
            correct="".join("1" if c else "0" for c in correct),
            seconds=0.0,
        )


def order(results: Sequence[TrialRecord], study: str, teacher_network: bool = False) -> list[TrialRecord]:
    """Results in the order of the study's rows."""
    position = {row.name: i for i, row in enumerate(rows_of(study, teacher_network))}
    return sorted(results, key=lambda result: position[result.row])
