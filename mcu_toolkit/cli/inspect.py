"""`mcutk inspect`."""

from __future__ import annotations

from pathlib import Path

import click

from mcu_toolkit.cli.console import common_options, console, write_json
from mcu_toolkit.cli.options import board_option, optimize_option


@click.command()
@click.argument("model", required=False, type=click.Path(path_type=Path))
@board_option("Kernels and cost estimates of this board; by default a core without SIMD.")
@optimize_option
@click.option("--modes", is_flag=True, help="Also show what each --optimize mode costs and saves.")
@common_options
def command(model: Path | None, board_id: str | None, optimize: str, modes: bool, json_path: str | None) -> None:
    """Show a model's operators, MACs, memory plan, and what is unsupported and why.

    Without MODEL, list the operators that the compiler supports.
    """
    if model is None:
        _list_operators(json_path)
        return
    from dataclasses import replace

    from mcu_toolkit.boards import load_board
    from mcu_toolkit.compiler.inspect import inspect_report
    from mcu_toolkit.report import terminal
    from mcu_toolkit.targets.isa import PORTABLE
    from mcu_toolkit.targets.target import Optimize, Target
    from mcu_toolkit.workflow.build import read_graph, target_for
    from mcu_toolkit.workflow.sources import read_bytes

    mode = Optimize(optimize)
    target = Target(PORTABLE, "cortex-m3", mode)
    if board_id is not None:
        target = target_for(load_board(board_id), mode)
    report = {
        **inspect_report(read_graph(read_bytes(model)), replace(target, optimize=mode), modes=modes),
        "model": model.name,
    }
    console(json_path).print(terminal.inspection(report))
    write_json(json_path, report)


def _list_operators(json_path: str | None) -> None:
    """The operators with the forms of each that are supported."""
    from rich.markup import escape

    from mcu_toolkit.graph.ops import OPERATORS
    from mcu_toolkit.report import terminal

    rows = [{"operator": name, "forms": kind.forms} for name, kind in sorted(OPERATORS.items())]
    made = terminal.table("operator", "what is supported", numbers_from=9)
    for row in rows:
        made.add_row(row["operator"], escape(row["forms"]))
    console(json_path).print(made)
    write_json(json_path, {"schema": "mcutk.operators/1", "operators": rows})
