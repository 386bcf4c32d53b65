"""Names that were probably meant: the one place that compares what was typed with what is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(typed: str, known: Iterable[str], *, limit: int = 1) -> str | None:
    """A hint such as ``did you mean 'qemu-m4'?``, or None where no known name is near.

    Args:
        typed: the name that is not known.
        known: the names that are.
        limit: how many names the hint may list.
    """
    close = nearest(typed, known, limit=limit)
    return f"did you mean {' or '.join(repr(name) for name in close)}?" if close else None


def nearest(typed: str, known: Iterable[str], *, limit: int = 1) -> list[str]:
    """The known names nearest to what was typed, best first; empty where none is near."""
    return difflib.get_close_matches(typed, list(known), n=limit, cutoff=0.5)
