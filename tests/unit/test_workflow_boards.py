"""List the supported boards."""

from __future__ import annotations

from mcu_toolkit.boards import list_boards
from mcu_toolkit.workflow.boards import boards
from mcu_toolkit.workspace import Workspace
from tests.support.cli import ROOT


def test_boards_are_sorted_by_id(workspace: Workspace) -> None:
    rows = boards(workspace).boards
    assert [row.id for row in rows] == sorted(board.id for board in list_boards())
    known = {board.id: board for board in list_boards()}
    for row in rows:
        assert row.emulated is known[row.id].is_emulated
        assert row.flash_bytes == known[row.id].memory.flash_bytes
        assert row.flashers
        assert row.file is None


def test_the_boards_of_the_project_are_listed_with_their_files(workspace: Workspace) -> None:
    shipped = (ROOT / "boards" / "qemu-m4.toml").read_text(encoding="utf-8")
    file = workspace.root / "boards" / "any name.toml"
    file.parent.mkdir()
    file.write_text(shipped.replace('id = "qemu-m4"', 'id = "mine"'), encoding="utf-8")
    (workspace.root / "recipe.toml").write_text('schema = "mcutk.recipe/1"', encoding="utf-8")
    (workspace.root / "broken.toml").write_text("id = ", encoding="utf-8")
    rows = {row.id: row for row in boards(workspace).boards}
    assert rows["mine"].file == str(file)
    assert len(rows) == len(list_boards()) + 1
