"""``train``: from a recipe and a folder of images to an int8 .tflite, in a run folder that can be resumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.recipe import Recipe


@dataclass(frozen=True)
class TrainResult:
    """What a run gave.

    Attributes:
        run_dir: the run folder.
        model: the int8 .tflite in it.
        metrics: contents of metrics.json (schema ``mcutk.train/1``): accuracy a stage (teacher, float, fakequant,
            int8), split and duplicate counts, parameters, MACs, bytes, seconds a stage.
        class_names: in the order of the outputs.
    """

    run_dir: Path
    model: Path
    metrics: Mapping[str, Any]
    class_names: tuple[str, ...]


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
) -> TrainResult:
    """Dataset → teacher → student → quantization → ``model.tflite``, with what was measured.

    Args:
        recipe: what to do.
        data_dir: folder of class folders; None where the recipe makes its data.
        run_dir: folder to fill. Without `resume` an earlier run in it is replaced once the new one has begun.
        resume: go on from the checkpoints in `run_dir`; the recipe must be the one that the run began with.
        progress: told (stage, done, total); stages are ``data``, ``teacher``, ``logits``, ``student``, ``quantize``,
            ``export``.
        skip_bad: leave out images that cannot be read, and count them.
        cache_dir: where decoded images are kept between runs; None: not kept.
        command: recorded in the manifest.

    Raises:
        DataError: as `data.dataset.load_dataset`.
        TrainError: TensorFlow or its companions are missing (with the install command) or of another generation; nothing
            to resume or another recipe; the loss became infinite; the export is not fully int8.
        WorkspaceError: the disk refuses.
        KeyboardInterrupt: goes through; the run folder then holds whole checkpoints and a manifest; `resume` goes on.
    """
    raise NotImplementedError


def train_seeds(
    recipe: Recipe,
    data_dir: Path | None,
    run_dir: Path,
    seeds: int,
    *,
    resume: bool = False,
    progress: Progress = silent,
    skip_bad: bool = False,
    cache_dir: Path | None = None,
    command: str = "mcutk train",
) -> tuple[TrainResult, ...]:
    """`train` with seeds ``recipe.seed``, +1, … in ``run_dir/seed-<n>``; mean ± sd into ``run_dir/seeds.json``.

    The best model by validation accuracy (int8; first among equals) is copied to `run_dir` itself with its split and
    predictions, so that `build` and `eval` find it there. A finished seed is not trained again when `resume` is set.
    """
    raise NotImplementedError
