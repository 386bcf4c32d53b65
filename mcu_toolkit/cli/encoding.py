"""Output on terminals and in pipes whose encoding is not UTF-8."""

from __future__ import annotations

import codecs
import sys
from contextlib import suppress

_PLAIN = {
    "×": "x", "–": "-", "—": "-", "→": "->", "±": "+/-", "≤": "<=", "≥": ">=", "µ": "u", "²": "2", "…": "...", "·": "*",
    "━": "-", "╸": "-", "╺": "-", "█": "#", "░": ".", "°": " deg",
}  # fmt: skip


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(char, "?") for char in error.object[error.start : error.end]), error.end


def accept_any_text() -> None:
    """Let stdout and stderr write characters that their encoding lacks as the nearest ASCII characters, else as ``?``.

    Without this, a multiplication sign ends a command under ``PYTHONIOENCODING=ascii`` or in the locale ``C``.
    """
    codecs.register_error("mcutk-plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # closed, or replaced by an object that cannot be configured
            stream.reconfigure(errors="mcutk-plain")  # type: ignore[union-attr]
