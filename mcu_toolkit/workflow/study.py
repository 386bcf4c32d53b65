"""Fill a table of trials over one recipe: quantization, distillation or saliency."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mcu_toolkit.errors import ConfigError
from mcu_toolkit.records import codec
from mcu_toolkit.records.study import StudyRecord, TrialRecord
from mcu_toolkit.report.study.assemble import study_record
from mcu_toolkit.report.study.page import study_page
from mcu_toolkit.report.study.table import study_csv
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.train import images_of, oracle_runner, resolve_recipe
from mcu_toolkit.workspace import Workspace, atomic_write

REPORT_JSON = "study.json"
REPORT_CSV = "study.csv"
REPORT_HTML = "report.html"


@dataclass(frozen=True)
class StudyOptions:
    """Arguments of a study.

    Attributes:
        kind: ``quantization``, ``distillation`` or ``saliency``.
        recipe: file or id; by default the project's recipe, else the synthetic phantom.
        data: folder of images; by default the project's.
        overrides: keys of the recipe and their values.
        teacher: quantize the recipe's first teacher instead of the student (study ``quantization`` only).
        storage: Optuna storage that machines share; by default a SQLite file in the study's folder.
        fresh: delete the trials of this study in its default storage.
    """

    kind: str
    recipe: str | None = None
    data: Path | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    teacher: bool = False
    storage: str | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        if self.teacher and self.kind != "quantization":
            raise ConfigError("--of teacher is for study quantization")


def study(
    ctx: Context, options: StudyOptions, on_row: Callable[[str, float], None] = lambda _row, _accuracy: None
) -> StudyRecord:
    """Measure the rows that are not measured yet; an interrupted study continues after its last row.

    Args:
        ctx: see `Context`.
        options: see `StudyOptions`.
        on_row: called with the name and held-out accuracy of each row, the measured ones first.

    Raises:
        ConfigError: the recipe or the kind of study; DataError: the images.
        TrainError: TensorFlow or Optuna is missing, or the study began with another recipe.
    """
    from mcu_toolkit.train.studies import StudyContext, order, run_study

    recipe = resolve_recipe(ctx.workspace, options.recipe, options.overrides)
    images = images_of(ctx.workspace, recipe, options.data)
    folder = study_folder(ctx.workspace, options.kind, recipe.name, options.teacher)
    if options.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    context = StudyContext(
        recipe, images, folder, ctx.workspace.cache_dir("train"), ctx.progress, oracle_runner, options.teacher
    )
    trials: list[TrialRecord] = []
    record = StudyRecord(options.kind, recipe.name, recipe.synthetic, 0, ())
    for trial in run_study(options.kind, context, options.storage):
        trials.append(trial)
        rows = order(trials, options.kind, options.teacher)
        record = study_record(options.kind, recipe.name, recipe.synthetic, rows)
        codec.write(folder / REPORT_JSON, record)
        atomic_write(folder / REPORT_CSV, study_csv(record))
        atomic_write(folder / REPORT_HTML, study_page(record))
        on_row(trial.row, trial.accuracy)
    return record


def study_folder(workspace: Workspace, kind: str, recipe: str, teacher: bool) -> Path:
    """Folder of a study: table, report and checkpoints."""
    return workspace.out / "study" / f"{kind}-{recipe}{'-teacher' if teacher else ''}"
