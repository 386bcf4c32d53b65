"""How long-running work tells the caller how far it is; the CLI draws a bar from it."""

from __future__ import annotations

from collections.abc import Callable

#: Called as ``progress(stage, done, total)``; `total` is 0 where it is not known.
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _total: int) -> None:
    """The progress of callers that do not care."""
