"""Write the generated parts of README.md: the table of boards and a recorded run.

python scripts/readme.py                   writes the boards, from their descriptors
python scripts/readme.py --record FILE     also writes the recorded run, from FILE (the output of `make demo`)
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mcu_toolkit.boards import Board, list_boards

README = Path(__file__).resolve().parents[1] / "README.md"


def _row(board: Board) -> str:
    flash, ram = board.memory.flash_bytes / 1024, board.memory.ram_bytes / 1024
    return (
        f"| `{board.id}` {board.name} | {board.core.cpu} | {board.core.isa} | {flash:,.0f} KiB | {ram:,.0f} KiB "
        f"| {board.timing.unit} |\n"
    )


def between(text: str, name: str, content: str) -> str:
    """Replace the text between the comments ``<!-- name -->`` and ``<!-- end of name -->``."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    assert pattern.search(text), f"README.md lacks the comments <!-- {name} --> and <!-- end of {name} -->"
    return pattern.sub(lambda m: m.group(1) + content + m.group(2), text)


def boards() -> str:
    """Rows of the table of boards."""
    return "".join(_row(board) for board in sorted(list_boards(), key=lambda b: (b.is_emulated, b.id)))


def main() -> None:
    """Rewrite README.md."""
    text = between(README.read_text(encoding="utf-8"), "boards", boards())
    if sys.argv[1:2] == ["--record"]:
        lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
        run = "\n".join(line.rstrip() for line in lines).strip("\n")
        text = between(text, "recorded run", f"```\n{run}\n```\n")
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
