"""Names and texts from a user's model, made safe for C."""

from __future__ import annotations

import re

_KEYWORDS = frozenset((
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "asm",
    "bool", "class", "delete", "new", "operator", "private", "protected", "public", "template", "this", "throw",
    "try", "using", "virtual", "main",
))  # fmt: skip
_LONGEST = 40


def identifier(text: str) -> str:
    """A C (and C++) identifier of at most 40 characters made from any text; lower case, never a keyword."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_LONGEST].rstrip("_")
    if not name or name[0].isdigit() or name in _KEYWORDS:
        name = f"m_{name}".rstrip("_")
    return name


def comment(text: str) -> str:
    """Text that is safe inside a C comment or string: printable ASCII, no comment marks, quotes, escapes or
    trigraphs."""
    safe = "".join(c if " " <= c <= "~" and c not in '*\\?"' else "_" for c in text)
    return safe if len(safe) <= _LONGEST else safe[: _LONGEST - 3] + "..."
