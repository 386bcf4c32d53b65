"""`mcutk train`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, data_option, images_option, positive, skip_bad_option
from mcu_toolkit.cli.set_option import set_option


@click.command()
@click.argument("recipe", metavar="[RECIPE]", required=False, shell_complete=complete.recipes)
@data_option("The images: DIR/<class>/*.png; by default the project's.")
@set_option
@click.option("--resume", is_flag=True, help="Go on from the checkpoints of an interrupted run.")
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
@images_option
@common_options
def command(
    recipe: str | None,
    data: Path | None,
    overrides: dict[str, str],
    resume: bool,
    seeds: int | None,
    baseline: Path | None,
    skip_bad: bool,
    images: bool,
    json_path: str | None,
) -> None:
    """Train a distilled int8 student: dataset, teacher, student, quantization-aware training, model.tflite.

    \b
    mcutk train                              the project's recipe, else the synthetic phantom
    mcutk train brain-mri --data DIR         a shipped recipe on your images
    mcutk train --set student.width=0.5      any key of the recipe
    Ctrl-C leaves checkpoints; --resume continues from them.
    """
    from mcu_toolkit.records.codec import Record
    from mcu_toolkit.report.training.terminal import training_text
    from mcu_toolkit.workflow.baseline import write_baseline
    from mcu_toolkit.workflow.train import TrainOptions, train

    with context() as ctx:
        done = train(ctx, TrainOptions(recipe, data, overrides, resume, seeds, skip_bad, images))
        record: Record = done.best if seeds is None else done.seeds
        if baseline is not None:
            record = write_baseline(ctx, done, baseline)
    table = training_text(done.best, done.seeds if seeds else None)
    show(json_path, record, table, f"\nmodel   {done.model}\nreport  {done.page}")
