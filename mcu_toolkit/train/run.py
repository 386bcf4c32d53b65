"""``train``: from a recipe and a folder of images to an int8 .tflite, in a run folder that can be resumed."""

from __future__ import annotations

import dataclasses
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.data.dataset import Dataset, load_dataset
from mcu_toolkit.data.predictions import Predictions
from mcu_toolkit.data.predictions import save as save_predictions
from mcu_toolkit.data.preprocess import normalization
from mcu_toolkit.data.preprocess import to_int8 as to_int8_pixels
from mcu_toolkit.data.split import FILE as SPLIT_FILE
from mcu_toolkit.data.split import Division, divide, write_split
from mcu_toolkit.errors import TrainError, WorkspaceError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.recipe import Recipe, to_toml
from mcu_toolkit.records.codec import write
from mcu_toolkit.records.manifest import write_manifest
from mcu_toolkit.records.train import ParameterCounts, TrainRecord
from mcu_toolkit.train import predict
from mcu_toolkit.train.backend import backend
from mcu_toolkit.train.explain import SALIENCY_FILE, explain
from mcu_toolkit.train.export import Int8Runner, border, log_probabilities, run_int8, to_int8, with_softmax
from mcu_toolkit.train.record import train_record
from mcu_toolkit.train.saved import FLOAT_FILE, save_student
from mcu_toolkit.train.student import calibration_batches, distil, quantize
from mcu_toolkit.train.teacher import Answers, Material, teach
from mcu_toolkit.workspace import atomic_write, sha256_bytes

MODEL_FILE = "model.tflite"
RECIPE_FILE = "recipe.toml"
METRICS_FILE = "metrics.json"
PREDICTIONS_FILE = "predictions.npz"
RUN_FILES = (
    MODEL_FILE,
    METRICS_FILE,
    PREDICTIONS_FILE,
    FLOAT_FILE,
    SALIENCY_FILE,
    SPLIT_FILE,
    RECIPE_FILE,
    "manifest.json",
)


@dataclass(frozen=True)
class TrainResult:
    """Result of a training run.

    Attributes:
        run_dir: the run folder.
        model: the int8 .tflite in it.
        record: contents of metrics.json.
    """

    run_dir: Path
    model: Path
    record: TrainRecord


def train(
    recipe: Recipe,
    data_dir: Path | None,
    run_dir: Path,
    *,
    resume: bool = False,
    progress: Progress = silent,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    command: str = "mcutk train",
    int8_runner: Int8Runner | None = None,
) -> TrainResult:
    """Dataset → teacher → student → quantization → ``model.tflite``, with what was measured.

    Args:
        recipe: what to do.
        data_dir: folder of class folders; None where the recipe makes its data.
        run_dir: folder to fill. Without `resume` an earlier run in it is replaced once the new one has begun.
        resume: go on from the checkpoints in `run_dir`; the recipe must be the one that the run began with.
        progress: called with (stage, done, total); stages are ``data``, ``teacher``, ``logits``, ``student``,
            ``quantize``, ``export``.
        skip_bad: leave out images that cannot be read, and count them.
        cache_dir: where decoded images are kept between runs; None: not kept.
        command: recorded in the manifest.
        int8_runner: what runs the int8 model for its accuracy (the oracle); by default TensorFlow's reference kernels,
            whose answer is for information, since they round fully connected layers otherwise.

    Raises:
        DataError: as `data.dataset.load_dataset`.
        TrainError: TensorFlow or its companions are missing (with the install command) or of another generation;
            nothing to resume or another recipe; the loss became infinite; the export is not fully int8.
        WorkspaceError: the disk refuses.
        KeyboardInterrupt: raised again after complete checkpoints and a manifest were written, from which `resume`
            continues.
    """
    job = _Job(recipe, data_dir, run_dir, progress, skip_bad, cache_dir, command, int8_runner)
    return job.run(resume)


@dataclass(frozen=True, eq=False)
class _Job:
    """One run in progress."""

    recipe: Recipe
    data_dir: Path | None
    run_dir: Path
    progress: Progress
    skip_bad: bool
    cache_dir: Path | None
    command: str
    run_int8: Int8Runner | None

    @property
    def checkpoints(self) -> Path:
        return self.run_dir / "checkpoints"

    def run(self, resume: bool) -> TrainResult:
        backend()
        started = time.monotonic()
        data = load_dataset(
            self.recipe, self.data_dir, skip_bad=self.skip_bad, cache_dir=self.cache_dir, progress=self.progress
        )
        division = divide(data, self.recipe.split)
        self._begin(resume)
        write_split(self.run_dir / SPLIT_FILE, data, division, self.data_dir)
        seconds = {"data": time.monotonic() - started}
        inputs = {"recipe": sha256_bytes(to_toml(self.recipe).encode()), "images": _digest(data)}
        try:
            record = self._stages(data, division, seconds)
        except BaseException:
            # Also on Ctrl-C: the files that are there are complete, and the manifest lists them.
            with suppress(WorkspaceError):
                write_manifest(self.run_dir, self.command, inputs=inputs, complete=False)
            raise
        write_manifest(self.run_dir, self.command, inputs=inputs, versions=backend().versions)
        return TrainResult(self.run_dir, self.run_dir / MODEL_FILE, record)

    def _begin(self, resume: bool) -> None:
        """Prepare the run folder: clear it for a new run, check it for a resumed one."""
        recorded = self.run_dir / RECIPE_FILE
        text = to_toml(self.recipe)
        if resume:
            if not recorded.is_file():
                raise TrainError(
                    f"there is no run to resume in {self.run_dir}", hint="run the same command without --resume"
                )
            if recorded.read_text(encoding="utf-8") != text:
                raise TrainError(
                    f"the run in {self.run_dir} began with another recipe",
                    expected=f"the recipe in {recorded}",
                    hint="resume with that recipe and the same --set options, or train without --resume",
                )
            return
        if self.run_dir.is_dir():
            shutil.rmtree(self.checkpoints, ignore_errors=True)
            for name in RUN_FILES:
                (self.run_dir / name).unlink(missing_ok=True)
        atomic_write(recorded, text)

    def _stages(self, data: Dataset, division: Division, seconds: dict[str, float]) -> TrainRecord:
        recipe = self.recipe
        material = gather(data, division)
        answers = self._teach(division, material, seconds)
        student = distil(recipe, material, answers, self.checkpoints, self.progress)
        seconds["student"] = student.outcome.seconds
        quantized, saliency = None, None
        if recipe.quant.scheme != "ptq":
            quantized = quantize(recipe, material, answers, student, self.checkpoints, self.progress)
            seconds["quantize"] = quantized[1].seconds
        started = time.monotonic()
        self.progress("export", 0, 1)
        if quantized is None:
            content = to_int8(with_softmax(student.folded), calibration_batches(recipe, material))
        else:
            content = to_int8(with_softmax(quantized[0]))
        how = normalization(recipe.input.normalization)
        where = border(content)
        fed = to_int8_pixels(material.held_out, where.input_scale, where.input_zero_point, how)
        outputs = (self.run_int8 or run_int8)(content, fed)
        stages = {
            "float": predict.logits(student.folded, material.held_out, how),
            "int8": log_probabilities(outputs, where),
        }
        if quantized is not None:
            stages["fakequant"] = predict.logits(quantized[0], material.held_out, how)
            saliency = explain(
                student.folded,
                quantized[0],
                material.held_out,
                material.held_out_labels,
                how,
                self.run_dir / SALIENCY_FILE,
            )
        if answers is not None and answers.held_out is not None and answers.held_out.size:
            stages["teacher"] = answers.held_out
        seconds["export"] = time.monotonic() - started
        found = Predictions(data.class_names, material.held_out_ids, material.held_out_labels, stages)
        record = train_record(
            recipe,
            data,
            division,
            found,
            content,
            oracle=self.run_int8 is not None,
            parameters=ParameterCounts(
                student=int(student.folded.count_params()), teacher=0 if answers is None else answers.parameters
            ),
            macs=predict.macs(student.folded),
            saliency=saliency,
            teachers=() if answers is None else answers.teachers,
            seconds=seconds,
            history={
                "student": tuple(student.outcome.history),
                "quantize": () if quantized is None else tuple(quantized[1].history),
            },
        )
        self.progress("export", 1, 1)
        save_student(self.run_dir / FLOAT_FILE, student.folded)
        save_predictions(self.run_dir / PREDICTIONS_FILE, found)
        write(self.run_dir / METRICS_FILE, record)
        atomic_write(self.run_dir / MODEL_FILE, content)
        return record

    def _teach(self, division: Division, material: Material, seconds: dict[str, float]) -> Answers | None:
        recipe = self.recipe
        if not recipe.distill.enabled:
            return None
        started = time.monotonic()
        seen = for_teachers(
            recipe, self.data_dir, division, material,
            skip_bad=self.skip_bad, cache_dir=self.cache_dir, progress=self.progress,
        )  # fmt: skip
        views = min(recipe.distill.views, max(recipe.schedule.epochs, recipe.quant.epochs, 1))
        answers = teach(recipe, seen, self.checkpoints, self.cache_dir, self.progress, views)
        seconds["teacher"] = time.monotonic() - started
        return answers


def gather(data: Dataset, division: Division) -> Material:
    """Arrays of the parts of a division."""
    train, validation = division.indices("train"), division.indices("validation")
    held_out = division.indices(division.held_out)
    watched = validation if validation.size else held_out
    text = "".join(data.content[i] + str(int(data.labels[i])) for i in train) + str(data.images.shape[1:])
    return Material(
        data.images[train], data.labels[train], tuple(data.ids[i] for i in train),
        data.images[watched], data.labels[watched],
        data.images[held_out], data.labels[held_out], tuple(data.ids[i] for i in held_out),
        len(data.class_names), sha256_bytes(text.encode()),
    )  # fmt: skip


def for_teachers(
    recipe: Recipe,
    data_dir: Path | None,
    division: Division,
    material: Material,
    *,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    progress: Progress = silent,
) -> Material:
    """The same parts at the resolution of the teachers (`teacher.resolution`, where the recipe has one)."""
    side = recipe.teacher.resolution
    if not side or (side, side) == material.train.shape[1:3]:
        return material
    larger = dataclasses.replace(recipe, input=dataclasses.replace(recipe.input, height=side, width=side))
    return gather(load_dataset(larger, data_dir, skip_bad=skip_bad, cache_dir=cache_dir, progress=progress), division)


def _digest(data: Dataset) -> str:
    return sha256_bytes("".join(data.sha256).encode())
