"""The terminal's text of a Rich renderable."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType


def shown(part: RenderableType, width: int = 180) -> str:
    """The text without colours."""
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(part)
    return console.export_text()
