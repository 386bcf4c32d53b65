"""Trains one recipe with several seeds: mean and standard deviation of the accuracies."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mcu_toolkit.errors import TrainError, WorkspaceError
from mcu_toolkit.progress import Progress, silent
from mcu_toolkit.recipe import Recipe, load, to_toml
from mcu_toolkit.records.codec import read, write
from mcu_toolkit.records.manifest import checked_artefact, write_manifest
from mcu_toolkit.records.seeds import SeedAccuracy, SeedsRecord
from mcu_toolkit.records.train import TrainRecord
from mcu_toolkit.train.export import Int8Runner
from mcu_toolkit.train.run import METRICS_FILE, MODEL_FILE, RECIPE_FILE, RUN_FILES, TrainResult, train
from mcu_toolkit.workspace import sha256_file

SEEDS_FILE = "seeds.json"


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
    int8_runner: Int8Runner | None = None,
) -> tuple[TrainResult, ...]:
    """`train` with seeds ``recipe.seed``, +1, … in ``run_dir/seed-<n>``; mean ± sd into ``run_dir/seeds.json``.

    The division of the data is the same for all runs; the seed changes initial weights, order and augmentation. The
    run with the best int8 accuracy (the first among equals) is copied to `run_dir`, where `build` and `eval` find it;
    the figure to quote is the mean. With `resume`, finished seeds are not trained again and an interrupted one is
    resumed.

    Raises:
        As `train`.
    """
    results = []
    for number in range(seeds):
        one = dataclasses.replace(recipe, seed=recipe.seed + number)
        folder = run_dir / f"seed-{one.seed}"
        known = _finished(one, folder) if resume else None
        if known is None:
            known = train(
                one, data_dir, folder, resume=resume and (folder / RECIPE_FILE).is_file(),
                progress=_labelled(progress, number, seeds), skip_bad=skip_bad, cache_dir=cache_dir, command=command,
                int8_runner=int8_runner,
            )  # fmt: skip
        results.append(known)
    best = best_of(results)
    for name in RUN_FILES:
        if (best.run_dir / name).is_file():
            shutil.copyfile(best.run_dir / name, run_dir / name)
    write(run_dir / SEEDS_FILE, summarize(results))
    write_manifest(run_dir, command, inputs={best.run_dir.name: sha256_file(best.model)})
    return tuple(results)


def best_of(results: Sequence[TrainResult]) -> TrainResult:
    """The run with the best held-out int8 accuracy, the first among equals."""
    return max(results, key=lambda result: result.record.accuracy["int8"])


def summarize(results: Sequence[TrainResult]) -> SeedsRecord:
    """Mean and sample standard deviation of the accuracy of every stage over seeds."""
    records = [result.record for result in results]
    accuracy = {}
    for stage in records[0].accuracy:
        values = tuple(record.accuracy[stage] for record in records)
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
        accuracy[stage] = SeedAccuracy(float(np.mean(values)), sd, values)
    return SeedsRecord(
        recipe=records[0].recipe,
        seeds=tuple(record.seed for record in records),
        accuracy=accuracy,
        bytes=tuple(record.bytes for record in records),
    )


def _finished(recipe: Recipe, folder: Path) -> TrainResult | None:
    """The result of a run that is complete, unchanged and of this recipe; None where there is none."""
    try:
        model = checked_artefact(folder, MODEL_FILE)
        record = read(TrainRecord, checked_artefact(folder, METRICS_FILE))
    except WorkspaceError:
        return None
    if to_toml(load(folder / RECIPE_FILE)) != to_toml(recipe):
        raise TrainError(
            f"the run in {folder} began with another recipe",
            hint="train without --resume, or with the same --set options",
        )
    return TrainResult(folder, model, record)


def _labelled(progress: Progress, number: int, seeds: int) -> Progress:
    return lambda stage, done, total: progress(f"seed {number + 1}/{seeds} {stage}", done, total)
