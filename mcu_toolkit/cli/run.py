"""`mcutk run`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import (
    common_options,
    data_option,
    images_option,
    limit_option,
    model_option,
    names_option,
    optimize_option,
    port_option,
    profile_option,
    skip_bad_option,
)
from mcu_toolkit.cli.set_option import set_option


@click.command()
@board_option("Board to run on; by default the project's, else qemu-m4.")
@click.option(
    "--recipe",
    metavar="RECIPE",
    shell_complete=complete.recipes,
    help="Recipe file or id; by default the project's, else the synthetic phantom.",
)
@set_option
@data_option("The images: DIR/<class>/*.png; by default the project's.")
@model_option
@click.option("--no-train", is_flag=True, help="Use the model trained last, else the one that ships with mcutk.")
@click.option("--retrain", is_flag=True, help="Train even where this recipe was trained already.")
@optimize_option
@port_option
@limit_option
@profile_option
@skip_bad_option
@images_option
@names_option
@common_options
def command(
    board: str | None,
    recipe: str | None,
    overrides: dict[str, str],
    data: Path | None,
    model: Path | None,
    no_train: bool,
    retrain: bool,
    optimize: str,
    port: str | None,
    limit: int | None,
    profile: bool,
    skip_bad: bool,
    images: bool,
    names: bool,
    json_path: str | None,
) -> None:
    """Train, build, flash and bench in a row; a recipe that was trained already is not trained again.

    \b
    mcutk run                        the synthetic phantom recipe on the emulated Cortex-M4
    mcutk run --model net.tflite     a model of your own: no training
    """
    from mcu_toolkit.report.bench.terminal import bench_text
    from mcu_toolkit.workflow.bench import bench_page, require_no_mismatches
    from mcu_toolkit.workflow.run import RunOptions, run
    from mcu_toolkit.workflow.train import TrainOptions

    training = TrainOptions(recipe, data, overrides, skip_bad=skip_bad, images=images)
    options = RunOptions(board, training, model, no_train, retrain, optimize, port, limit, profile, names)
    with context() as ctx:
        record = run(ctx, options)
    show(json_path, record, bench_text(record, str(bench_page(ctx.workspace, record.board))))
    require_no_mismatches(record)
