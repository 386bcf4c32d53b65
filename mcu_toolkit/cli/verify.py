"""`mcutk verify`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import board_option, common_options, data_option, port_option
from mcu_toolkit.errors import McutkError
from mcu_toolkit.workflow.sources import pick_board, pick_port


@click.command()
@board_option("Board to verify; by default the one flashed last.")
@port_option
@data_option("The folder that the model was trained on, where it has moved; or images for --model.")
@click.option("--sample", type=click.IntRange(min=0), default=0, show_default=True, help="Number of the test image.")
@click.option("--random", "random_seed", type=click.IntRange(min=0), metavar="SEED", help="A random input instead.")
@common_options
def command(
    board_id: str | None,
    port: str | None,
    data: Path | None,
    sample: int,
    random_seed: int | None,
    json_path: str | None,
) -> None:
    """Run a model layer by layer on the device and compare each tensor with the host's reference.

    The device answers with a CRC of every tensor; the first layer that differs is named (exit code 1).
    """
    from mcu_toolkit.workflow.samples import Choice
    from mcu_toolkit.workflow.verify import verify_board

    choice = Choice(data) if random_seed is None else Choice(random=1, seed=random_seed)
    with context() as ctx:
        board = pick_board(ctx.workspace, board_id, "flash", "build")
        report = verify_board(ctx, board, pick_port(ctx.workspace, board, port), choice, sample)
    out = console(json_path)
    wrong = report.mismatch
    if wrong is None:
        out.print(f"{board.id}: all {report.compared} tensors equal the host's reference", markup=False)
    write_json(json_path, report)
    if wrong is not None:
        raise McutkError(
            f"step {wrong.step} ({wrong.layer}, {wrong.kernel}) differs from the host's reference",
            expected=f"CRC-32 {wrong.expected_crc32} of tensor {wrong.tensor}",
            received=f"CRC-32 {wrong.received_crc32}; the {report.compared - 1} tensors before it agree",
            hint="flash again; if it stays, report it with the model and this text",
        )
