"""Progress of long-running work, reported to the caller; the CLI draws a bar."""

from __future__ import annotations

from collections.abc import Callable

#: Called as ``progress(stage, done, total)``; `total` is 0 if it is unknown.
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _total: int) -> None:
    """Ignores the progress."""
