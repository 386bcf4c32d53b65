"""`mcutk build`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, model_option, optimize_option


@click.command()
@board_option("Board to build for; by default the project's, else qemu-m4.")
@model_option
@optimize_option
@click.option("--name", default="model", show_default=True, help="Prefix of the generated files and C symbols.")
@click.option("--model-data", is_flag=True, help="Also write the .tflite file as a C array: model_data.c and .h.")
@common_options
def command(
    board: str | None, model: Path | None, optimize: str, name: str, model_data: bool, json_path: str | None
) -> None:
    """Build firmware for a board: from the model trained last, --model, or the one that ships with mcutk.

    The model is compiled to C without an interpreter; the image must fit the board before anything is flashed.
    """
    from mcu_toolkit.report.build import build_text
    from mcu_toolkit.workflow.build import BuildOptions, build
    from mcu_toolkit.workflow.next_step import after_build
    from mcu_toolkit.workflow.sources import describe, pick_board

    with context() as ctx:
        record = build(ctx, BuildOptions(board, model, optimize, name, model_data))
    built = pick_board(ctx, None, last=("build",)).board
    folder = ctx.workspace.build_dir(record.board)
    show(
        json_path,
        record,
        f"{record.board}  {record.board_name}",
        f"from {describe(record.model.origin)}",
        build_text(record),
        "\n".join([f"firmware  {_short(folder)}", *record.notes, f"next: {after_build(ctx.workspace, built)}"]),
    )


def _short(path: Path) -> str:
    """A path below the current folder relative to it; another one absolute."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
