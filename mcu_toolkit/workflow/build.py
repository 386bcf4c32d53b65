"""Compile a model to C and build firmware for a board."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.state import remember
from mcu_toolkit.workflow.compiled import NAME, compile_source, goal, target_for
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import DEFAULT_BOARD, ModelSource, pick_board, pick_model


@dataclass(frozen=True)
class BuildOptions:
    """Arguments of a build.

    Attributes:
        board: id, or path of a board descriptor; by default the project's, else qemu-m4.
        model: an int8 .tflite file; by default the model trained last, else the one that ships with the package.
        optimize: optimization goal: ``ram``, ``speed``, ``flash`` or ``balanced``.
        name: prefix of the generated files and symbols.
        model_data: also write the .tflite file as a C array.
    """

    board: str | None = None
    model: Path | None = None
    optimize: str = "balanced"
    name: str = NAME
    model_data: bool = False


def build(ctx: Context, options: BuildOptions, source: ModelSource | None = None) -> BuildRecord:
    """Compile, link, check that the image fits the board, and remember it as what was built last.

    Args:
        ctx: see `Context`.
        options: see `BuildOptions`.
        source: the model to build instead of `BuildOptions.model`.

    Raises:
        ConfigError: no such board or goal; ModelError, CompileError: as `compile_source`.
        FitError: the image needs more flash or RAM than the board has.
        ToolError: the cross compiler is missing or failed; WorkspaceError: the disk refuses.
    """
    from mcu_toolkit.device import firmware

    optimize = goal(options.optimize)
    chosen = pick_board(ctx, options.board, default=DEFAULT_BOARD)
    source = source or pick_model(ctx.workspace, options.model)
    ctx.progress("compile", 0, 2)
    compiled = compile_source(
        source, target_for(chosen.board, optimize), name=options.name, with_data=options.model_data
    )
    ctx.progress("build", 1, 2)
    record = firmware.build(
        compiled,
        chosen.board,
        ctx.workspace.build_dir(chosen.board.id),
        origin=source.origin,
        optimize=optimize,
        model_bytes=source.data,
        command=ctx.command,
    )
    ctx.progress("build", 2, 2)
    remember(ctx.workspace, build=chosen.key)
    return record
