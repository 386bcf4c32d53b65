"""`mcutk convert`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, data_option, positive, skip_bad_option


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@data_option("Images that calibrate and compare: DIR/<class>/*.png; by default the project's.")
@click.option(
    "--normalization",
    type=click.Choice(["unit", "signed", "raw"]),
    default="unit",
    show_default=True,
    help="Preprocessing of pixels p that the model was trained with: unit p/255, signed p/127.5-1, raw p.",
)
@positive("Training images that set the ranges of activations.", "--calibration-images", default=256, show_default=True)
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

    MODEL is a Keras 2 .h5 or .keras file, or a SavedModel folder; images in, class scores out. `mcutk build`, `eval`
    and `bench` then use the result.
    """
    from mcu_toolkit.report.training.terminal import modes_text, training_text
    from mcu_toolkit.workflow.convert import ConvertOptions, convert

    options = ConvertOptions(model, data, normalization, calibration_images, seed, compare, skip_bad)
    with context() as ctx:
        record = convert(ctx, options)
    tables = [training_text(record), *([modes_text(record)] if compare else [])]
    show(json_path, record, *tables, f"\nmodel  {ctx.workspace.train_dir(model.stem) / 'model.tflite'}")
