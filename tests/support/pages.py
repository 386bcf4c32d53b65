"""Check that an HTML report is well-formed and contains nothing that a browser would fetch or run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "rect", "line", "path", "polyline"}


class Nesting(HTMLParser):
    """Fails where tags do not close in the order in which they opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


def checked(page: str) -> str:
    """Check a page, and return it."""
    parser = Nesting()
    parser.feed(page)
    assert not parser.open
    assert "<script" not in page and "<link" not in page and "@import" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", page)
    assert not re.search(r"url\((?!data:)", page)
    return page
