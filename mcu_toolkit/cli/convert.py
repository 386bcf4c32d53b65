"""`mcutk convert`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import command_line, console, write_json
from mcu_toolkit.cli.options import common_options, data_option, skip_bad_option
from mcu_toolkit.cli.progress import progress_bar
from mcu_toolkit.errors import DataError
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.samples import data_folder
from mcu_toolkit.workflow.train import oracle_runner
from mcu_toolkit.workspace import Workspace


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@data_option("Images that calibrate and compare: DIR/<class>/*.png; by default the project's.")
@click.option(
    "--normalization",
    type=click.Choice(["unit", "signed", "raw"]),
    default="unit",
    show_default=True,
    help="How the model was fed pixels p: unit p/255, signed p/127.5-1, raw p.",
)
@click.option(
    "--calibration-images",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    metavar="N",
    help="Training images that set the ranges of activations.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the division of the images.")
@click.option("--compare", is_flag=True, help="Also float32, float16, dynamic-range and int16x8 models, side by side.")
@skip_bad_option
@common_options
def command(
    model: Path,
    data: Path | None,
    normalization: str,
    calibration_images: int,
    seed: int,
    compare: bool,
    skip_bad: bool,
    json_path: str | None,
) -> None:
    """Quantize a Keras model of your own to int8: calibrated on your images, compared with the float model on others.

    MODEL is a Keras 2 .h5 or .keras file, or a SavedModel folder; images in, class scores out. The result is what
    `mcutk build`, `eval` and `bench` work on next.
    """
    from mcu_toolkit.report import training as rendering
    from mcu_toolkit.train.convert import convert
    from mcu_toolkit.train.modes import MODES

    workspace = Workspace.find()
    folder = data_folder(workspace, data)
    if folder is None:
        raise DataError(
            "a conversion needs images to calibrate on", expected="--data DIR, with one folder a class in it"
        )
    run_dir = workspace.train_dir(model.stem)
    with progress_bar() as progress:
        done = convert(
            model,
            folder,
            run_dir,
            normalization=normalization,
            calibration_images=calibration_images,
            seed=seed,
            progress=progress,
            skip_bad=skip_bad,
            cache_dir=workspace.cache_dir("train"),
            command=command_line(),
            int8_runner=oracle_runner,
            compare=tuple(mode for mode in MODES if mode != "int8") if compare else (),
        )
    remember(workspace, train=run_dir.name)
    out = console(json_path)
    out.print(rendering.trained(done.metrics))
    if compare:
        out.print(rendering.modes(done.metrics))
    out.print(f"\nmodel  {done.model}", markup=False, soft_wrap=True)
    write_json(json_path, done.metrics)
