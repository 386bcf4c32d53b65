"""From a model to firmware: what `build`, `run`, `eval` and `verify` share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcu_toolkit.boards import Board
from mcu_toolkit.errors import ConfigError, WorkspaceError
from mcu_toolkit.graph.ir import Graph
from mcu_toolkit.records.state import remember
from mcu_toolkit.suggest import did_you_mean
from mcu_toolkit.targets.isa import ISAS, PORTABLE
from mcu_toolkit.targets.target import Optimize, Target
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.sources import MODEL_FILE, ModelSource, read_bytes, source_of
from mcu_toolkit.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from mcu_toolkit.compiler.pipeline import Compiled
    from mcu_toolkit.records.build import BuildRecord

#: Generated code for this machine: what the host's C compiler can run.
HOST_TARGET = Target(PORTABLE, "host")
BUILD_FILE = "build.json"


@dataclass(frozen=True, eq=False)
class Built:
    """A build folder as `bench` and `verify` read it.

    Attributes:
        folder: the build folder.
        record: what was built.
        source: the model, and where its images are.
    """

    folder: Path
    record: BuildRecord
    source: ModelSource

    @property
    def optimize(self) -> Optimize:
        """The goal that the model was compiled for."""
        return Optimize(self.record.optimize)


def target_for(board: Board, optimize: Optimize) -> Target:
    """What the compiler is told of a board."""
    return Target(ISAS.find(board.core.isa), board.core.cpu, optimize)


def goal(text: str) -> Optimize:
    """The optimization goal of this name.

    Raises:
        ConfigError: there is none.
    """
    names = [each.value for each in Optimize]
    if text not in names:
        raise ConfigError(
            f"there is no optimization goal '{text}'",
            expected=", ".join(names),
            received=text,
            hint=did_you_mean(text, names),
        )
    return Optimize(text)


def read_graph(data: bytes) -> Graph:
    """The model as a graph.

    Raises:
        ModelError: it is no usable .tflite file.
    """
    from mcu_toolkit.graph.reader import read_model

    return read_model(data)


def compile_source(source: ModelSource, target: Target, *, with_data: bool = False) -> Compiled:
    """Compile a model.

    Args:
        with_data: also give the flatbuffer as a C array.

    Raises:
        ModelError: unreadable; UnsupportedError names every node that cannot be compiled.
        CompileError: the compiler caught itself.
    """
    from mcu_toolkit.compiler.pipeline import compile_model

    return compile_model(read_graph(source.data), target, model=source.data if with_data else None)


def build_firmware(
    ctx: Context,
    board: Board,
    source: ModelSource,
    optimize: Optimize,
    *,
    key: str | None = None,
    with_data: bool = False,
) -> BuildRecord:
    """Compile, link, check that it fits, and remember it as what was built last.

    Args:
        with_data: also write the flatbuffer as a C array, ``model_data.c``.
        key: how `flash` and `bench` find the board again; its id by default.

    Raises:
        ModelError, CompileError: as `compile_source`.
        FitError: the image needs more flash or RAM than the board has.
        ToolError: the toolchain is missing or failed.
        WorkspaceError: the disk refuses.
    """
    from mcu_toolkit.device.firmware import build

    ctx.progress("compile", 0, 2)
    compiled = compile_source(source, target_for(board, optimize), with_data=with_data)
    ctx.progress("build", 1, 2)
    record = build(
        compiled,
        board,
        ctx.workspace.build_dir(board.id),
        origin=source.origin,
        optimize=optimize,
        model_bytes=source.data,
        command=ctx.command,
    )
    ctx.progress("build", 2, 2)
    remember(ctx.workspace, build=key or board.id)
    return record


def read_built(workspace: Workspace, board: Board) -> Built:
    """What was built for a board.

    Raises:
        WorkspaceError: nothing, or the folder was changed since.
    """
    from mcu_toolkit.device.firmware import read_build

    folder = workspace.build_dir(board.id)
    require_build(folder, board)
    record = read_build(folder)
    return Built(folder, record, source_of(workspace, record.model.origin, read_bytes(folder / MODEL_FILE)))


def require_build(folder: Path, board: Board) -> None:
    """Refuse a board that nothing was built for.

    Raises:
        WorkspaceError: with the command that builds.
    """
    if not (folder / BUILD_FILE).is_file():
        raise WorkspaceError(
            f"nothing was built for {board.id} here", expected=str(folder), hint=f"mcutk build --board {board.id}"
        )
