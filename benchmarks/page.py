"""`python -m benchmarks.page`: write the summary table of benchmarks/README.md from results.json and peers.json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import results, table
from benchmarks.measure import REFERENCE, Row

PATH = Path(__file__).parent / "README.md"
_BEGIN, _END = "<!-- summary -->\n", "<!-- end of summary -->"
#: Title of a row of instructions → board.
_BOARDS = {
    "Cortex-M0 code": "qemu-m0-m3",
    "Cortex-M3": "qemu-m3",
    "Cortex-M4": "qemu-m4",
    "Cortex-M7": "qemu-m7",
    "Cortex-M55": "qemu-m55",
}


def summary(rows: Mapping[str, Row]) -> str:
    """The table in Markdown: peer / mcutk and the figure of mcutk, reference models in the default mode.

    Args:
        rows: results by the key of their case.
    """
    peers = table.load_peers()
    rival = table.rival(peers)
    lines = [["peer / mcutk (mcutk)", *REFERENCE], ["---"] * (len(REFERENCE) + 1)]

    def add(title: str, board: str, own: Callable[[Row], int], other: Callable[[Row], int | None]) -> None:
        measured = [rows[f"{model}/{board}/balanced"] for model in REFERENCE]
        lines.append([title, *(f"{(other(row) or 0) / own(row):.2f} ({own(row):,})" for row in measured)])

    for title, board in _BOARDS.items():
        add(
            f"{title}, instructions",
            board,
            lambda row: row.instructions,
            lambda row: table.rival_instructions(row, peers),
        )
    add("Cortex-M4, arena bytes", "qemu-m4", lambda row: row.arena, lambda row: rival.arena_bytes[row.model])
    add(
        "Cortex-M4, image without weights, bytes",
        "qemu-m4",
        lambda row: row.flash - row.weights,
        lambda row: rival.rest_bytes[row.model],
    )
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page(text: str, rows: Mapping[str, Row]) -> str:
    """The text of the page with its summary made again."""
    head, _, rest = text.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    assert end, f"{PATH.name} lacks the comments {_BEGIN.strip()} and {_END}"
    return head + _BEGIN + summary(rows) + _END + tail


def main() -> None:
    """Rewrite the page."""
    _, rows = results.load()
    PATH.write_text(page(PATH.read_text(encoding="utf-8"), rows), encoding="utf-8")


if __name__ == "__main__":
    main()
