"""Inspect a model file: operators, MACs, memory plan, and what is not supported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mcu_toolkit.boards import load_board
from mcu_toolkit.compiler.inspect import inspect_report, unsuitable_report
from mcu_toolkit.errors import ModelError, UnsuitableError, UnsupportedError
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.inspect import InspectRecord, OperatorRow, OperatorsRecord
from mcu_toolkit.targets.target import PLAIN
from mcu_toolkit.workflow.compiled import goal, target_for
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import read_bytes
from mcu_toolkit.workspace import sha256_bytes


def inspect(
    ctx: Context, model: Path, *, board: str | None = None, optimize: str = "balanced", modes: bool = False
) -> InspectRecord:
    """Report on a model, whether or not it can be compiled.

    Args:
        ctx: its progress is called while the model is compiled.
        model: the .tflite file.
        board: id of the board whose kernels and cost table are used; by default a core without SIMD instructions.
        optimize: optimization goal.
        modes: also report the figures of every optimization goal.

    Returns:
        The record, whether or not the model is supported; `require_supported` refuses one that is not.

    Raises:
        ConfigError: no such board or goal.
        WorkspaceError: the file cannot be read; ModelError: it is not a .tflite file, or damaged.
    """
    mode = goal(optimize)
    target = target_for(load_board(board), mode) if board is not None else replace(PLAIN, optimize=mode)
    data = read_bytes(model)
    try:
        graph = read_model(data)
    except (UnsuitableError, UnsupportedError) as refused:
        return unsuitable_report(refused, target, name=model.name, sha256=sha256_bytes(data))
    ctx.progress("compile", 0, 1)
    record = inspect_report(graph, target, name=model.name, modes=modes)
    ctx.progress("compile", 1, 1)
    return record


def require_supported(record: InspectRecord) -> None:
    """Fail where a model cannot be compiled.

    Raises:
        ModelError: it names the file; the record holds the reasons.
    """
    if not record.supported:
        raise ModelError(
            f"{record.model} is not supported",
            hint="mcutk inspect without a model lists the supported operators and their forms",
        )


def supported_operators() -> OperatorsRecord:
    """Every operator that the compiler supports, sorted by name."""
    rows = (OperatorRow(name, operator.forms) for name, operator in sorted(OPERATORS.items()))
    return OperatorsRecord(tuple(rows))
