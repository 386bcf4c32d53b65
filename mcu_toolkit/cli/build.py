"""`mcutk build`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import board_option, common_options, model_option, optimize_option
from mcu_toolkit.workflow.sources import board_key, pick_board, pick_model


@click.command()
@board_option("Board to build for; by default the project's.")
@model_option
@optimize_option
@click.option("--model-data", is_flag=True, help="Also write the .tflite as a C array: model_data.c and .h.")
@common_options
def command(board_id: str | None, model: Path | None, optimize: str, model_data: bool, json_path: str | None) -> None:
    """Build firmware for a board: from the model trained last, --model, or the one that ships with mcutk.

    The model is compiled to C without an interpreter; the image must fit the board before anything is flashed.
    """
    from mcu_toolkit.report.build import build_text
    from mcu_toolkit.targets.target import Optimize
    from mcu_toolkit.workflow.build import build_firmware

    with context() as ctx:
        board = pick_board(ctx.workspace, board_id)
        source = pick_model(ctx.workspace, model)
        record = build_firmware(
            ctx,
            board,
            source,
            Optimize(optimize),
            key=board_key(board, board_id),
            with_data=model_data,
        )
    out = console(json_path)
    out.print(f"[bold]{board.id}[/bold]  {board.name}", highlight=False)
    out.print(f"from {source.describe()}", markup=False)
    out.print(build_text(record))
    out.print(f"firmware  {_near(ctx.workspace.build_dir(board.id))}", markup=False)
    for line in record.notes:
        out.print(line, markup=False)
    out.print("next: mcutk flash && mcutk bench", markup=False)
    write_json(json_path, record)


def _near(path: Path) -> str:
    """A path as short as it can be told from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
