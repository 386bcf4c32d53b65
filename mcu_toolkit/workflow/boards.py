"""List the supported boards."""

from __future__ import annotations

from mcu_toolkit.boards import Board, list_boards
from mcu_toolkit.records.boards import BoardRow, BoardsRecord


def boards() -> BoardsRecord:
    """All boards that ship with the toolkit, sorted by id."""
    return BoardsRecord(tuple(_row(board) for board in sorted(list_boards(), key=lambda board: board.id)))


def _row(board: Board) -> BoardRow:
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
    )
