"""`mcutk inspect`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli import complete
from mcu_toolkit.cli.board_option import board_option
from mcu_toolkit.cli.console import context, show
from mcu_toolkit.cli.options import common_options, optimize_option


@click.command()
@click.argument("model", required=False, type=click.Path(path_type=Path), shell_complete=complete.models)
@board_option("Use the kernels and cost table of this board; by default a core without SIMD.")
@optimize_option
@click.option("--modes", is_flag=True, help="Also show the figures of every --optimize goal.")
@common_options
def command(model: Path | None, board: str | None, optimize: str, modes: bool, json_path: str | None) -> None:
    """Say whether a model is supported, and why not; show its inputs, outputs, operators, MACs and memory plan.

    Exit code 1 if it is not supported. What is supported, build, flash, bench, verify and eval all serve.

    Without MODEL, list the operators that the compiler supports.
    """
    from mcu_toolkit.report.inspection import inspection_text, operators_text
    from mcu_toolkit.workflow.inspect import inspect, require_supported, supported_operators

    if model is None:
        operators = supported_operators()
        show(json_path, operators, operators_text(operators))
        return
    with context() as ctx:
        record = inspect(ctx, model, board=board, optimize=optimize, modes=modes)
    show(json_path, record, inspection_text(record))
    require_supported(record)
