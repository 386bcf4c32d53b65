"""`mcutk verify`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, data_option, names_option, port_option


@click.command()
@board_option("Board to verify; by default the one flashed last.")
@port_option
@data_option("The folder that the model was trained on, where it has moved; or images for --model.")
@click.option("--sample", type=click.IntRange(min=0), default=0, show_default=True, help="Number of the test image.")
@click.option("--random", "random_seed", type=click.IntRange(min=0), metavar="SEED", help="Use a random input instead.")
@names_option
@common_options
def command(
    board: str | None,
    port: str | None,
    data: Path | None,
    sample: int,
    random_seed: int | None,
    names: bool,
    json_path: str | None,
) -> None:
    """Run a model layer by layer on the device and compare each tensor with the host's reference.

    The device answers with a CRC of every tensor; the first layer that differs is named (exit code 1).
    """
    from mcu_toolkit.workflow.verify import VerifyOptions, require_equal, verify

    with context() as ctx:
        record = verify(ctx, VerifyOptions(board, port, data, sample, random_seed, names))
    equal = f"{record.board}: all {record.compared} tensors equal the host's reference"
    show(json_path, record, *([equal] if record.mismatch is None else []))
    require_equal(record)
