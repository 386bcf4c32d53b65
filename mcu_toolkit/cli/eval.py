"""`mcutk eval`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import (
    common_options,
    data_option,
    limit_option,
    model_option,
    random_option,
    seed_option,
    skip_bad_option,
)


@click.command("eval")
@model_option
@data_option("The folder that the model was trained on, where it has moved; or images for --model.")
@click.option(
    "--external",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Evaluate every image of another folder that has the same classes.",
)
@limit_option
@random_option
@seed_option
@click.option(
    "--threshold-sweep", is_flag=True, help="Sensitivity, specificity and precision over decision thresholds."
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 0.5, min_open=True),
    default=0.02,
    show_default=True,
    help="Differences of accuracy within ±MARGIN count as equivalent.",
)
@skip_bad_option
@common_options
def command(
    model: Path | None,
    data: Path | None,
    external: Path | None,
    limit: int | None,
    random: int | None,
    seed: int,
    threshold_sweep: bool,
    margin: float,
    skip_bad: bool,
    json_path: str | None,
) -> None:
    """Evaluate a model on this machine, no board: NumPy oracle, TensorFlow Lite Micro and the generated C.

    The three must agree on every byte (exit code 1 if not). With labelled images: accuracies with bootstrap intervals,
    McNemar's test and an equivalence test of float against int8, per-class figures, calibration.
    """
    from mcu_toolkit.report.evaluation.terminal import evaluation_text
    from mcu_toolkit.workflow.evaluate import EvaluateOptions, evaluate, evaluation_page, require_agreement
    from mcu_toolkit.workflow.samples import SampleChoice

    choice = SampleChoice(data, limit, random, seed, skip_bad)
    options = EvaluateOptions(model, choice, external, margin, threshold_sweep)
    with context() as ctx:
        record = evaluate(ctx, options)
    show(json_path, record, evaluation_text(record), f"\nreport  {evaluation_page(ctx.workspace)}")
    require_agreement(record)
