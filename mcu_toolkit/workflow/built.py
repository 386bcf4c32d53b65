"""Build folders, as the use cases after `build` read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcu_toolkit.boards import Board
from mcu_toolkit.errors import WorkspaceError
from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.manifest import checked_bytes
from mcu_toolkit.records.state import read_state
from mcu_toolkit.targets.target import Optimize, Target
from mcu_toolkit.workflow.compiled import target_for
from mcu_toolkit.workflow.sources import MODEL_FILE, ModelSource, source_of
from mcu_toolkit.workspace import Workspace

BUILD_FILE = "build.json"


@dataclass(frozen=True, eq=False)
class Built:
    """A build folder.

    Attributes:
        folder: the folder.
        board: the board.
        record: contents of ``build.json``.
        source: the model, which decides where its test images are.
    """

    folder: Path
    board: Board
    record: BuildRecord
    source: ModelSource

    @property
    def target(self) -> Target:
        """The target that the model was compiled for."""
        return target_for(self.board, Optimize(self.record.optimize))


def read_built(workspace: Workspace, board: Board) -> Built:
    """The build folder of a board.

    Raises:
        WorkspaceError: nothing was built, or the folder was changed since.
    """
    from mcu_toolkit.device.firmware import read_build

    folder = require_build(workspace, board)
    record = read_build(folder)
    source = source_of(workspace, record.model.origin, checked_bytes(folder, MODEL_FILE, hint="mcutk build"))
    return Built(folder, board, record, source)


def require_build(workspace: Workspace, board: Board) -> Path:
    """The build folder of a board for which something was built.

    Raises:
        WorkspaceError: nothing was built; the hint is the command that builds.
    """
    folder = workspace.build_dir(board.id)
    if not (folder / BUILD_FILE).is_file():
        raise WorkspaceError(
            f"nothing was built for {board.id} here", expected=str(folder), hint=f"mcutk build --board {board.id}"
        )
    return folder


def require_flashed(workspace: Workspace, built: Built) -> None:
    """Refuse a board that does not hold the firmware that was built last.

    Raises:
        WorkspaceError: the board was programmed with another firmware or, if it is emulated, not at all.
    """
    board = built.board
    flashed = read_state(workspace).flashed.get(board.id)
    hint = f"mcutk flash --board {board.id}"
    if flashed is None and board.is_emulated:
        raise WorkspaceError(f"{board.id} was not flashed yet", hint=hint)
    if flashed is not None and flashed != built.record.firmware_sha256:
        raise WorkspaceError(
            f"{board.id} holds another firmware than was built last",
            expected=built.record.firmware_sha256,
            received=flashed,
            hint=hint,
        )
