"""Makes text from files safe to print.

Control characters move the cursor of a terminal and rewrite lines. Bidirectional ones (U+202E and its like) make a name
read as another one, in a terminal, a page or generated C.
"""

from __future__ import annotations

import unicodedata

#: Categories of Unicode: control, format, surrogate, private use, unassigned, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str, keep: str = "") -> str:
    """The text with every unsafe character as an escape, for example ``\\u202e``.

    Args:
        text: any text.
        keep: characters that stay, for example a line feed.
    """
    if text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSAFE and c not in keep else c for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
