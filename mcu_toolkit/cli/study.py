"""`mcutk study`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.console import console, context, show
from mcu_toolkit.cli.options import common_options, data_option
from mcu_toolkit.cli.set_option import set_option


@click.command()
@click.argument("study", type=click.Choice(["quantization", "distillation", "saliency"]))
@click.argument("recipe", metavar="[RECIPE]", required=False, shell_complete=complete.recipes)
@data_option("The images: DIR/<class>/*.png; by default the project's.")
@set_option
@click.option(
    "--of",
    "subject",
    type=click.Choice(["student", "teacher"]),
    default="student",
    show_default=True,
    help="Study quantization: the network to quantize after training; teacher is the first of the recipe.",
)
@click.option(
    "--storage",
    metavar="URL",
    help="Optuna storage that machines share (sqlite:///F, mysql://…, or F.journal); by default a SQLite file here.",
)
@click.option("--fresh", is_flag=True, help="Delete the results of this study so far (its default storage only).")
@common_options
def command(
    study: str,
    recipe: str | None,
    data: Path | None,
    overrides: dict[str, str],
    subject: str,
    storage: str | None,
    fresh: bool,
    json_path: str | None,
) -> None:
    """Fill a table over quantization, distillation or saliency; an interrupted study is resumed.

    \b
    mcutk study quantization brain-mri --data DIR     float32 … int8 … PACT at 8, 4, 2 bits
    mcutk study distillation                          teacher, student alone, distilled, int8
    mcutk study saliency                              masking ratio by bit width, with map stability
    """
    from mcu_toolkit.report.study.terminal import study_text
    from mcu_toolkit.workflow import study as use_case

    teacher = subject == "teacher"
    options = use_case.StudyOptions(study, recipe, data, overrides, teacher, storage, fresh)
    out = console(json_path)
    with context() as ctx:
        record = use_case.study(
            ctx, options, lambda row, accuracy: out.print(f"{row}: {100 * accuracy:.2f} %", markup=False)
        )
    folder = use_case.study_folder(ctx.workspace, record.study, record.recipe, teacher)
    table, page = folder / use_case.REPORT_CSV, folder / use_case.REPORT_HTML
    show(json_path, record, "", study_text(record), f"\ntable   {table}\nreport  {page}")
