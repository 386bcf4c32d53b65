"""List the supported boards."""

from __future__ import annotations

from mcu_toolkit.boards import Board, list_boards, load_board
from mcu_toolkit.records.boards import BoardRow, BoardsRecord
from mcu_toolkit.workflow.own_boards import own_boards
from mcu_toolkit.workspace import Workspace


def boards(workspace: Workspace) -> BoardsRecord:
    """The boards that ship with the toolkit and those of the project, sorted by id.

    Raises:
        WorkspaceError: state.json is damaged.
    """
    rows = [_row(board) for board in list_boards()]
    rows += [_row(load_board(str(path)), str(path)) for path in own_boards(workspace).values()]
    return BoardsRecord(tuple(sorted(rows, key=lambda row: row.id)))


def _row(board: Board, file: str | None = None) -> BoardRow:
    return BoardRow(
        id=board.id,
        name=board.name,
        mcu=board.mcu,
        core=board.core.cpu,
        kernels=board.core.isa,
        flash_bytes=board.memory.flash_bytes,
        ram_bytes=board.memory.ram_bytes,
        latency_unit=board.timing.unit,
        emulated=board.is_emulated,
        flashers=tuple(board.flash.tools),
        notes=board.notes,
        file=file,
    )
