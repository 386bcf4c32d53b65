"""`mcutk bench`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import board_option, common_options, data_option, port_option, positive, skip_bad_option
from mcu_toolkit.errors import McutkError
from mcu_toolkit.workflow.sources import pick_board, pick_port


@click.command()
@board_option("Board to measure; by default the one flashed last.")
@port_option
@data_option("The folder that the model was trained on, where it has moved; or images for --model.")
@positive("Only so many images, each class keeping its share.", "--limit")
@positive("Stream N random inputs instead of images.", "--random")
@click.option(
    "--seed", type=click.IntRange(min=0, max=2**32 - 1), default=1, show_default=True, help="First seed of --random."
)
@click.option("--profile", is_flag=True, help="Also measure every layer.")
@skip_bad_option
@common_options
def command(
    board_id: str | None,
    port: str | None,
    data: Path | None,
    limit: int | None,
    random: int | None,
    seed: int,
    profile: bool,
    skip_bad: bool,
    json_path: str | None,
) -> None:
    """Stream test images to the board; measure accuracy and latency on the board itself.

    Every output is compared, byte for byte, with the host's reference; exit code 1 if any differs. Writes bench.json
    and a self-contained report.html below mcutk-out/bench/BOARD.
    """
    from mcu_toolkit.report.bench.terminal import bench_text
    from mcu_toolkit.workflow.bench import bench_board, check_outcome
    from mcu_toolkit.workflow.samples import Choice

    if random is not None and (data is not None or limit is not None):
        raise McutkError("--random streams no images, so --data and --limit mean nothing beside it")
    with context() as ctx:
        board = pick_board(ctx.workspace, board_id, "flash", "build")
        done = bench_board(
            ctx,
            board,
            pick_port(ctx.workspace, board, port),
            Choice(data, limit, random, seed, skip_bad),
            profile=profile,
        )
    out = console(json_path)
    out.print(bench_text(done.report))
    out.print(f"\nreport  {done.html}", markup=False, soft_wrap=True)
    write_json(json_path, done.report)
    check_outcome(done.report)
