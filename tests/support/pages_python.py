"""Python blocks of a page of the documentation."""

from __future__ import annotations

import re
from typing import Any

from tests.support.cli import ROOT

#: Marker before a block that needs TensorFlow.
MARK = "<!-- needs TensorFlow -->\n"
_BLOCK = re.compile(rf"({re.escape(MARK)})?```python\n(.*?)```", re.DOTALL)


def blocks(page: str, *, training: bool) -> list[str]:
    """The blocks of a page of docs/ that need TensorFlow, or those that do not."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [code for mark, code in _BLOCK.findall(text) if bool(mark) is training]


def run_blocks(page: str, *, training: bool) -> dict[str, Any]:
    """Run blocks one after the other, like the cells of a notebook. Returns the names that they define."""
    names: dict[str, Any] = {}
    for number, code in enumerate(blocks(page, training=training)):
        exec(compile(code, f"{page}, block {number + 1}", "exec"), names)
    return names
