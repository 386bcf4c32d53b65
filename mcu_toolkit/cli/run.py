"""`mcutk run`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import (
    board_option,
    common_options,
    data_option,
    model_option,
    optimize_option,
    port_option,
    positive,
    set_option,
    skip_bad_option,
)
from mcu_toolkit.errors import McutkError
from mcu_toolkit.workflow.sources import board_key, pick_board, pick_model, pick_port

DEFAULT_BOARD = "qemu-m4"


@click.command()
@board_option("Board to run on; by default the project's, else qemu-m4.")
@click.option(
    "--recipe", metavar="RECIPE", help="Recipe file or id; by default the project's, else the synthetic phantom."
)
@set_option
@data_option("The images: DIR/<class>/*.png; by default the project's.")
@model_option
@click.option("--no-train", is_flag=True, help="Take the model trained last, else the one that ships with mcutk.")
@click.option("--retrain", is_flag=True, help="Train even where this recipe was trained already.")
@optimize_option
@port_option
@positive("Bench only so many images, each class keeping its share.", "--limit")
@click.option("--profile", is_flag=True, help="Also measure every layer.")
@skip_bad_option
@common_options
def command(
    board_id: str | None,
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
    json_path: str | None,
) -> None:
    """Train, build, flash and bench in a row; a recipe that was trained already is not trained again.

    \b
    mcutk run                        the synthetic phantom recipe on the emulated Cortex-M4
    mcutk run --model net.tflite     a model of your own: no training
    """
    from mcu_toolkit.report.bench.terminal import bench_text
    from mcu_toolkit.targets.target import Optimize
    from mcu_toolkit.workflow.bench import bench_board, check_outcome
    from mcu_toolkit.workflow.build import build_firmware
    from mcu_toolkit.workflow.flash import flash_board
    from mcu_toolkit.workflow.samples import Choice
    from mcu_toolkit.workflow.train import TrainOptions, train_if_needed

    if no_train and (retrain or recipe is not None or overrides):
        raise McutkError("--no-train leaves nothing for --recipe, --set and --retrain to do")
    if model is not None and (retrain or recipe is not None or overrides):
        raise McutkError("--model is not trained, so --recipe, --set and --retrain mean nothing beside it")
    out = console(json_path)
    with context() as ctx:
        workspace = ctx.workspace
        board = pick_board(workspace, board_id, default=DEFAULT_BOARD)
        key = board_key(board, board_id)
        if model is None and not no_train:
            train_if_needed(ctx, TrainOptions(recipe, data, overrides, skip_bad=skip_bad), retrain=retrain)
        source = pick_model(workspace, model)
        build_firmware(ctx, board, source, Optimize(optimize), key=key)
        serial = pick_port(workspace, board, port)
        flash_board(ctx, board, serial, key=key)
        choice = Choice(data if source.kind == "file" else None, limit, skip_bad=skip_bad)
        done = bench_board(ctx, board, serial, choice, profile=profile)
    out.print(bench_text(done.report))
    out.print(f"\nreport  {done.html}", markup=False, soft_wrap=True)
    write_json(json_path, done.report)
    check_outcome(done.report)
