"""Tables for the terminal that never split or cut a word.

A terminal may be 60 columns wide, and a command, an identifier or an address that is broken over two lines cannot be
copied. A sheet therefore adapts in this order until it fits: texts that may wrap take several lines, columns that are
marked as droppable are left out, and at last each row becomes a block of ``title  value`` lines. Lines have no trailing
spaces, so that the output of a pipe can be compared and processed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

GAP = 2
_LEAST_WRAP = 16


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        title: its heading.
        right: right-aligned, for numbers.
        wrap: its texts may take several lines, broken between words.
        drop: where the terminal is too narrow, columns above 0 are left out, the highest first.
        style: Rich style of its cells.
    """

    title: str = ""
    right: bool = False
    wrap: bool = False
    drop: int = 0
    style: str = ""


@dataclass(eq=False)
class Sheet:
    """Rows of cells under headings.

    Attributes:
        columns: what each cell is.
        headings: whether the titles are a line of their own.
    """

    columns: tuple[Column, ...]
    headings: bool = True
    rows: list[list[Text]] = field(default_factory=list)

    def add_row(self, *cells: str | Text, style: str | None = None) -> None:
        """Add a row.

        Args:
            cells: Rich markup or text; columns without a cell stay empty.
            style: Rich style of the whole row.
        """
        row = []
        for column, cell in zip(self.columns, (*cells, *[""] * (len(self.columns) - len(cells))), strict=True):
            text = cell.copy() if isinstance(cell, Text) else Text.from_markup(cell)
            text.stylize_before(style or column.style)
            row.append(text)
        self.rows.append(row)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(options.max_width):
            line.rstrip()
            line.no_wrap, line.overflow = True, "ignore"
            yield line

    def _lines(self, width: int) -> Iterator[Text]:
        shown = list(range(len(self.columns)))
        while (widths := self._widths(shown, width)) is None:
            droppable = [index for index in shown if self.columns[index].drop > 0]
            if not droppable:
                return self._blocks(width)
            shown.remove(max(droppable, key=lambda index: self.columns[index].drop))
        return self._table(shown, widths)

    def _widths(self, shown: Sequence[int], width: int) -> list[int] | None:
        """Width of each shown column within `width`; None where they do not fit."""
        natural = [self._natural(index) for index in shown]
        spare = width - sum(natural) - GAP * (len(shown) - 1)
        if spare >= 0:
            return natural
        wrapping = [place for place, index in enumerate(shown) if self.columns[index].wrap]
        for place in sorted(wrapping, key=lambda place: -natural[place]):
            least = min(natural[place], max(self._longest_word(shown[place]), _LEAST_WRAP))
            given = min(natural[place] - least, -spare)
            natural[place] -= given
            spare += given
        return natural if spare >= 0 else None

    def _natural(self, index: int) -> int:
        title = len(self.columns[index].title) if self.headings else 0
        return max([title, *(row[index].cell_len for row in self.rows)], default=0)

    def _longest_word(self, index: int) -> int:
        words = [word for row in self.rows for word in row[index].plain.split(" ")]
        return max([len(self.columns[index].title), *(Text(word).cell_len for word in words)])

    def _table(self, shown: Sequence[int], widths: Sequence[int]) -> Iterator[Text]:
        if self.headings:
            titles = [Text(self.columns[index].title, "bold") for index in shown]
            yield self._line(shown, widths, titles)
        for row in self.rows:
            cells = [wrapped(row[index], width) for index, width in zip(shown, widths, strict=True)]
            for number in range(max(map(len, cells))):
                yield self._line(shown, widths, [cell[number] if number < len(cell) else Text() for cell in cells])

    def _line(self, shown: Sequence[int], widths: Sequence[int], cells: Sequence[Text]) -> Text:
        line = Text()
        for place, (index, width, cell) in enumerate(zip(shown, widths, cells, strict=True)):
            padding = " " * (width - cell.cell_len)
            line.append(" " * GAP if place else "")
            if self.columns[index].right:
                line.append(padding)
            line.append_text(cell)
            if not self.columns[index].right:
                line.append(padding)
        return line

    def _blocks(self, width: int) -> Iterator[Text]:
        """Each row as a block: its first cell, then a line per value."""
        titles = [column.title if self.headings else "" for column in self.columns]
        indent = GAP + (max(map(len, titles[1:]), default=0) + GAP if self.headings else 0)
        for row in self.rows:
            yield row[0]
            for title, cell in zip(titles[1:], row[1:], strict=True):
                if not cell.plain.strip():
                    continue
                for number, part in enumerate(wrapped(cell, max(width - indent, _LEAST_WRAP))):
                    start = " " * GAP + title if number == 0 else ""
                    yield Text.assemble((start.ljust(indent), "dim"), part)


def wrapped(text: Text, width: int) -> list[Text]:
    """`text` in lines of at most `width` columns, broken between words only; a longer word keeps a line to itself."""
    if text.cell_len <= width and "\n" not in text.plain:
        return [text]
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        line: Text | None = None
        for word in paragraph.split(" "):
            if line is not None and line.cell_len + 1 + word.cell_len <= width:
                line.append(" ").append_text(word)
            else:
                if line is not None:
                    lines.append(line)
                line = word.copy()
        lines.append(line if line is not None else Text())
    return lines
