"""`mcutk study`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from mcu_toolkit.cli.console import console, write_json
from mcu_toolkit.cli.options import common_options, data_option
from mcu_toolkit.cli.progress import progress_bar
from mcu_toolkit.errors import McutkError
from mcu_toolkit.workflow.samples import data_folder
from mcu_toolkit.workflow.train import oracle_runner, resolve_recipe
from mcu_toolkit.workspace import Workspace, atomic_write, to_json


@click.command()
@click.argument("study", type=click.Choice(["quantization", "distillation", "saliency"]))
@click.argument("recipe_name", metavar="[RECIPE]", required=False)
@data_option("The images: DIR/<class>/*.png; by default the project's.")
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a key of the recipe.")
@click.option(
    "--of",
    "subject",
    type=click.Choice(["student", "teacher"]),
    default="student",
    show_default=True,
    help="Study quantization: which network's post-training modes; the teacher is the recipe's first.",
)
@click.option(
    "--storage",
    metavar="URL",
    help="Optuna storage that machines share (sqlite:///F, mysql://…, or F.journal); by default a SQLite file here.",
)
@click.option("--fresh", is_flag=True, help="Forget what this study has done so far (its default storage only).")
@common_options
def command(
    study: str,
    recipe_name: str | None,
    data: Path | None,
    overrides: tuple[str, ...],
    subject: str,
    storage: str | None,
    fresh: bool,
    json_path: str | None,
) -> None:
    """Fill a table over quantization, distillation or saliency; an interrupted study goes on where it was.

    \b
    mcutk study quantization brain-mri --data DIR     float32 … int8 … PACT at 8, 4, 2 bits
    mcutk study distillation                          teacher, student alone, distilled, int8
    mcutk study saliency                              masking ratio by bit width, with map stability
    """
    from mcu_toolkit.report import study as rendering
    from mcu_toolkit.train.studies import Desk, order, run_study

    teacher = subject == "teacher"
    if teacher and study != "quantization":
        raise McutkError("--of teacher is for study quantization")
    workspace = Workspace.find()
    recipe = resolve_recipe(workspace, recipe_name, overrides)
    images = None if recipe.data.source == "phantom" else data_folder(workspace, data)
    folder = workspace.out / "study" / f"{study}-{recipe.name}{'-teacher' if teacher else ''}"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    out = console(json_path)
    results: list[dict[str, Any]] = []
    report: dict[str, Any] = {}
    with progress_bar() as progress:
        desk = Desk(recipe, images, folder, workspace.cache_dir("train"), progress, oracle_runner, teacher)
        for result in run_study(study, desk, storage):
            results.append(result)
            report = rendering.document(study, recipe.name, recipe.synthetic, order(results, study, teacher))
            atomic_write(folder / "study.json", to_json(report))
            atomic_write(folder / "study.csv", rendering.to_csv(report))
            atomic_write(folder / "report.html", rendering.page(report))
            out.print(f"{result['row']}: {100 * result['accuracy']:.2f} %", markup=False)
    out.print("")
    out.print(rendering.rendered(report))
    out.print(f"\ntable   {folder / 'study.csv'}\nreport  {folder / 'report.html'}", markup=False, soft_wrap=True)
    write_json(json_path, report)
