"""`mcutk eval`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import console, context, write_json
from mcu_toolkit.cli.options import common_options, data_option, model_option, positive, skip_bad_option
from mcu_toolkit.errors import McutkError


@click.command("eval")
@model_option
@data_option("The folder that the model was trained on, where it has moved; or images for --model.")
@click.option(
    "--external",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Evaluate every image of another folder with the same classes, without touching training.",
)
@positive("Only so many images, each class keeping its share.", "--limit")
@positive("N random inputs instead of images.", "--random")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="First seed of --random.")
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
    from mcu_toolkit.workflow.evaluate import check_agreement, evaluate
    from mcu_toolkit.workflow.samples import Choice
    from mcu_toolkit.workflow.sources import pick_model

    if random is not None and (data is not None or external is not None or limit is not None):
        raise McutkError("--random takes no images, so --data, --external and --limit mean nothing beside it")
    if external is not None and data is not None:
        raise McutkError("--external and --data name two folders", expected="one of them")
    with context() as ctx:
        done = evaluate(
            ctx,
            pick_model(ctx.workspace, model),
            Choice(data, limit, random, seed, skip_bad),
            external=external,
            margin=margin,
            sweep=threshold_sweep,
        )
    out = console(json_path)
    out.print(evaluation_text(done.report))
    out.print(f"\nreport  {done.html}", markup=False, soft_wrap=True)
    write_json(json_path, done.report)
    check_agreement(done.report)
