"""`mcutk bench`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import (
    common_options,
    data_option,
    images_option,
    limit_option,
    names_option,
    port_option,
    profile_option,
    random_option,
    seed_option,
    skip_bad_option,
    stream_option,
)


@click.command()
@board_option("Board to measure; by default the one flashed last.")
@port_option
@data_option("The folder that the model was trained on, where it has moved; or images for --model.")
@limit_option
@random_option
@seed_option
@profile_option
@stream_option
@click.option(
    "--wait-states",
    type=click.IntRange(0, 15),
    default=0,
    show_default=True,
    metavar="N",
    help="Wait states of flash, for estimated cycles; 0 stands for a cache.",
)
@skip_bad_option
@images_option
@names_option
@common_options
def command(
    board: str | None,
    port: str | None,
    data: Path | None,
    limit: int | None,
    random: int | None,
    seed: int,
    profile: bool,
    stream: bool,
    wait_states: int,
    skip_bad: bool,
    images: bool,
    names: bool,
    json_path: str | None,
) -> None:
    """Stream test images to the board; measure accuracy and latency on the board itself.

    All outputs are compared, byte for byte, with the host's reference; exit code 1 if any differs. Each sample starts
    from reset variables, except with --stream. Writes bench.json and a self-contained report.html below
    mcutk-out/bench/BOARD.
    """
    from mcu_toolkit.report.bench.terminal import bench_text
    from mcu_toolkit.workflow.bench import BenchOptions, bench, bench_page, require_no_mismatches
    from mcu_toolkit.workflow.samples import SampleChoice

    choice = SampleChoice(data, limit, random, seed, skip_bad)
    with context() as ctx:
        record = bench(ctx, BenchOptions(board, port, choice, profile, stream, wait_states, images, names))
    show(json_path, record, bench_text(record, str(bench_page(ctx.workspace, record.board))))
    require_no_mismatches(record)
