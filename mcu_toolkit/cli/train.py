"""`mcutk train`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import common_options, data_option, positive, skip_bad_option
from mcu_toolkit.errors import McutkError
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.samples import data_folder
from mcu_toolkit.workflow.train import oracle_runner, resolve_recipe
from mcu_toolkit.workspace import Workspace, atomic_write, to_json


@click.command()
@click.argument("recipe_name", metavar="[RECIPE]", required=False)
@data_option("The images: DIR/<class>/*.png; by default the project's.")
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a key of the recipe.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted run stands.")
@positive("Train from N seeds in turn; mean ± sd, and the best model is kept for build.", "--seeds")
@click.option(
    "--write-baseline",
    "baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    is_flag=False,
    flag_value=Path("baseline.json"),
    metavar="[FILE]",
    help="Also write accuracies, bytes, MACs, arena and instructions on qemu-m4 (mcutk.baseline/1).",
)
@skip_bad_option
@common_options
def command(
    recipe_name: str | None,
    data: Path | None,
    overrides: tuple[str, ...],
    resume: bool,
    seeds: int | None,
    baseline: Path | None,
    skip_bad: bool,
    json_path: str | None,
) -> None:
    """Train a distilled int8 student: dataset, teacher, student, quantization-aware training, model.tflite.

    \b
    mcutk train                              the project's recipe, else the synthetic phantom
    mcutk train brain-mri --data DIR         a shipped recipe on your images
    mcutk train --set student.width=0.5      any key of the recipe
    Ctrl-C leaves checkpoints; --resume goes on from them.
    """
    from mcu_toolkit.report import training as rendering
    from mcu_toolkit.train.run import TrainResult, train
    from mcu_toolkit.train.seeds import summarize, train_seeds
    from mcu_toolkit.workflow.baseline import baseline_document

    workspace = Workspace.find()
    recipe = resolve_recipe(workspace, recipe_name, overrides)
    if recipe.data.source == "phantom" and data is not None:
        raise McutkError(f"recipe '{recipe.name}' makes its images itself, so --data means nothing beside it")
    folder = None if recipe.data.source == "phantom" else data_folder(workspace, data)
    run_dir = workspace.train_dir(recipe.name)
    cache = workspace.cache_dir("train")
    with context() as ctx:
        results: tuple[TrainResult, ...]
        if seeds is None:
            results = (
                train(
                    recipe, folder, run_dir, resume=resume, progress=ctx.progress, skip_bad=skip_bad, cache_dir=cache,
                    command=ctx.command, int8_runner=oracle_runner,
                ),
            )  # fmt: skip
        else:
            results = train_seeds(
                recipe, folder, run_dir, seeds, resume=resume, progress=ctx.progress, skip_bad=skip_bad,
                cache_dir=cache, command=ctx.command, int8_runner=oracle_runner,
            )  # fmt: skip
        remember(workspace, train=recipe.name)
        summary = summarize(results)
        document = {**results[0].metrics} if seeds is None else {"schema": "mcutk.seeds/1", **summary}
        if baseline is not None:
            document = baseline_document(ctx, recipe, run_dir, results)
            atomic_write(baseline, to_json(document))
            ctx.note(f"baseline  {baseline}")
    best = max(results, key=lambda r: float(r.metrics["accuracy"]["int8"]))
    page = run_dir / "report.html"
    atomic_write(page, rendering.page(best.metrics, _maps(run_dir)))
    out = console(json_path)
    out.print(rendering.trained(best.metrics, summary if seeds else None))
    out.print(f"\nmodel   {run_dir / 'model.tflite'}\nreport  {page}", markup=False, soft_wrap=True)
    write_json(json_path, document)


def _maps(run_dir: Path) -> dict[str, Any] | None:
    """Saliency maps that the run left; None where it has none."""
    import numpy as np

    path = run_dir / "saliency.npz"
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
