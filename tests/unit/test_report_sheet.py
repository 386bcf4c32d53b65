from __future__ import annotations

import io

import pytest
from rich.console import Console

from mcu_toolkit.report.boards import boards_text
from mcu_toolkit.report.sheet import Column, Sheet
from mcu_toolkit.workflow.boards import boards
from mcu_toolkit.workspace import Workspace


def lines(sheet: Sheet, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(sheet, crop=False)
    return out.getvalue().split("\n")[:-1]


def sample() -> Sheet:
    made = Sheet((Column("id"), Column("size", right=True), Column("kind", drop=1), Column("remark", wrap=True)))
    made.add_row("nucleo-f446re", "12", "real", "see https://example.org/a/long/address for more words than fit here")
    made.add_row("m0", "1,024", "emulated", "")
    return made


def test_a_wide_terminal_shows_every_column_on_one_line_per_row() -> None:
    title, first, second = lines(sample(), 200)
    assert title.split() == ["id", "size", "kind", "remark"]
    assert first.split()[:3] == ["nucleo-f446re", "12", "real"]
    assert second == "m0             1,024  emulated"  # right-aligned number, no trailing space


def test_remarks_wrap_between_words_before_a_column_is_dropped() -> None:
    shown = lines(sample(), 74)
    assert "kind" in shown[0]
    assert any("https://example.org/a/long/address" in line for line in shown)
    assert all(len(line) <= 74 for line in shown)


def test_a_narrow_terminal_drops_the_marked_column_first() -> None:
    shown = lines(sample(), 62)
    assert shown[0].split() == ["id", "size", "remark"]
    assert not any("emulated" in line for line in shown)


def test_a_very_narrow_terminal_stacks_the_values_and_splits_no_word() -> None:
    shown = lines(sample(), 30)
    assert shown[0] == "nucleo-f446re"
    assert "  size    12" in shown
    assert "          https://example.org/a/long/address" in shown  # longer than the terminal, whole all the same


def test_numbers_of_one_column_end_at_the_same_place() -> None:
    _, first, second = lines(sample(), 200)
    assert first.index("12") + 2 == second.index("1,024") + 5


def test_a_row_may_have_fewer_cells_than_columns_but_not_more() -> None:
    sheet = Sheet((Column("a"), Column("b")))
    sheet.add_row("x")
    assert lines(sheet, 20) == ["a  b", "x"]
    with pytest.raises(ValueError, match="longer"):
        sheet.add_row("1", "2", "3")


def test_styles_and_names_with_brackets_survive_wrapping() -> None:
    sheet = Sheet((Column("a", style="bold"), Column("b", wrap=True)))
    sheet.add_row(r"\[x]", "one two three four five six seven eight nine ten eleven twelve")
    out = io.StringIO()
    Console(file=out, width=30, force_terminal=True, color_system="standard").print(sheet)
    assert "[x]" in out.getvalue() and "\x1b[1m" in out.getvalue()


@pytest.mark.parametrize("width", [80, 60])
def test_board_ids_and_tools_are_whole_on_narrow_terminals(width: int, workspace: Workspace) -> None:
    record = boards(workspace)
    shown = lines(boards_text(record), width)
    assert all(len(line) <= width for line in shown)
    words = {word.rstrip(",") for line in shown for word in line.split()}
    for board in record.boards:
        assert board.id in words
        assert set(board.flashers) <= words
