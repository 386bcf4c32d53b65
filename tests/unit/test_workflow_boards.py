"""List the supported boards."""

from __future__ import annotations

from mcu_toolkit.boards import list_boards
from mcu_toolkit.workflow.boards import boards


def test_boards_are_sorted_by_id() -> None:
    rows = boards().boards
    assert [row.id for row in rows] == sorted(board.id for board in list_boards())
    known = {board.id: board for board in list_boards()}
    for row in rows:
        assert row.emulated is known[row.id].is_emulated
        assert row.flash_bytes == known[row.id].memory.flash_bytes
        assert row.flashers
