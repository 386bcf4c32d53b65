"""Reader of the call graphs that GCC writes with ``-fcallgraph-info=su`` (GCC 10 and later)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Makes GCC write a ``.ci`` file beside each object: functions with their stack use, and who calls whom.
FLAG = "-fcallgraph-info=su"
#: GCC's name for the callee of a call through a pointer.
INDIRECT = "__indirect_call"
_NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', re.MULTILINE)
_EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', re.MULTILINE)
_SIZE = re.compile(r"\\n(\d+) bytes \(([a-z,]+)\)")


@dataclass(frozen=True)
class Listing:
    """Functions and calls of one object file.

    Attributes:
        names: symbol → name of the function in the other members, which is longer for static functions.
        sizes: function → bytes of its own frame; a function of unknown size is missing.
        unbounded: functions whose frame has no fixed size.
        calls: (caller, callee) pairs; the callee of a call through a pointer is `INDIRECT`.
    """

    names: Mapping[str, str]
    sizes: Mapping[str, int]
    unbounded: frozenset[str]
    calls: tuple[tuple[str, str], ...]


def read_callgraph(text: str) -> Listing:
    """The functions and calls of a ``.ci`` file."""
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    unbounded = set()
    for name, label in _NODE.findall(text):
        names[name.rsplit(":", 1)[-1]] = name
        if found := _SIZE.search(label):
            sizes[name] = int(found[1])
            if found[2] == "dynamic":
                unbounded.add(name)
    return Listing(names, sizes, frozenset(unbounded), tuple(_EDGE.findall(text)))
