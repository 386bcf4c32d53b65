"""A bound on the stack that a model needs: the deepest chain of calls, by the figures of ``-fcallgraph-info=su``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Writes a ``.ci`` file beside each object: functions with their stack use, and who calls whom.
FLAG = "-fcallgraph-info=su"
#: What a function without a figure is taken to use: assembly and the C library's memory functions. All registers that a
#: function has to save are 36 bytes, those of the floating-point unit 64 more.
UNKNOWN = 104
_NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', re.MULTILINE)
_EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', re.MULTILINE)
_SIZE = re.compile(r"\\n(\d+) bytes \(([a-z,]+)\)")


@dataclass(frozen=True)
class CallGraph:
    """Functions of an image.

    Attributes:
        sizes: function → bytes of its own frame; functions of unknown size are missing.
        calls: function → functions that it calls.
        unbounded: functions whose frame has no fixed size.
    """

    sizes: Mapping[str, int]
    calls: Mapping[str, frozenset[str]]
    unbounded: frozenset[str] = field(default_factory=frozenset)


def read_graph(files: Iterable[Path]) -> CallGraph:
    """The call graph of the ``.ci`` files of an image."""
    sizes: dict[str, int] = {}
    calls: dict[str, set[str]] = {}
    unbounded: set[str] = set()
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, label in _NODE.findall(text):
            if found := _SIZE.search(label):
                sizes[name] = int(found[1])
                if found[2] == "dynamic":
                    unbounded.add(name)
        for caller, callee in _EDGE.findall(text):
            calls.setdefault(caller, set()).add(callee)
    return CallGraph(sizes, {name: frozenset(targets) for name, targets in calls.items()}, frozenset(unbounded))


def deepest(graph: CallGraph, entry: str) -> int | None:
    """Bytes of stack from the call of `entry` on, or None where there is no bound: recursion, calls through pointers,
    frames of variable size, or no such function."""
    known: dict[str, int | None] = {}
    open_calls: set[str] = set()

    def depth(name: str) -> int | None:
        if name in known:
            return known[name]
        if name in open_calls or name in graph.unbounded or name == "__indirect_call":
            return None
        open_calls.add(name)
        below = [depth(callee) for callee in graph.calls.get(name, ())]
        open_calls.discard(name)
        own = graph.sizes.get(name, UNKNOWN)
        known[name] = None if None in below else own + max((b for b in below if b is not None), default=0)
        return known[name]

    return depth(entry) if entry in graph.sizes else None
