"""A bound on the stack that a model needs: the deepest chain of calls, by the figures of ``-fcallgraph-info=su``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

#: Writes a ``.ci`` file beside each object: functions with their stack use, and who calls whom.
FLAG = "-fcallgraph-info=su"
#: What a function without a figure is taken to use: assembly, and the C library's memory functions. Nine registers that
#: a function has to save are 36 bytes, those of the floating-point unit 64 more; the kernels' largest frame has 124.
UNKNOWN = 124
#: How GCC names the callee of a call through a pointer.
INDIRECT = "__indirect_call"
#: Relocations of calls: R_ARM_THM_CALL, R_ARM_CALL, R_ARM_JUMP24, R_ARM_THM_JUMP24.
_CALLS = (10, 28, 29, 30)
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


def read_graph(objects: Iterable[Path]) -> CallGraph:
    """The call graph of an image.

    A call through a pointer may reach every function whose address the same object takes: kernels hand functions of
    their own to one another, never across files.

    Args:
        objects: object files; those of C have their ``.ci`` file beside them.
    """
    paths = list(objects)
    functions = {name for path in paths for name in _functions(path)}
    sizes: dict[str, int] = {}
    calls: dict[str, set[str]] = {}
    unbounded: set[str] = set()
    for path in paths:
        listing = path.with_suffix(".ci")
        if not listing.is_file():
            continue
        text = listing.read_text(encoding="utf-8", errors="replace")
        for name, label in _NODE.findall(text):
            if found := _SIZE.search(label):
                sizes[name] = int(found[1])
                if found[2] == "dynamic":
                    unbounded.add(name)
        pointed = _pointed_at(path, functions)
        titles = {name.rsplit(":", 1)[-1]: name for name, _ in _NODE.findall(text)}
        for caller, callee in _EDGE.findall(text):
            targets = {titles.get(name, name) for name in pointed} if callee == INDIRECT else {callee}
            calls.setdefault(caller, set()).update(targets or {INDIRECT})
    return CallGraph(sizes, {name: frozenset(targets) for name, targets in calls.items()}, frozenset(unbounded))


def _functions(path: Path) -> set[str]:
    """Names of the functions that an object defines."""
    with path.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return set()
        return {s.name for s in table.iter_symbols() if s["st_info"]["type"] == "STT_FUNC"}


def _pointed_at(path: Path, functions: set[str]) -> set[str]:
    """Functions whose address an object takes: those that a relocation other than a call names."""
    taken: set[str] = set()
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        table = elf.get_section_by_name(".symtab")
        for section in elf.iter_sections():
            if not isinstance(section, RelocationSection) or not isinstance(table, SymbolTableSection):
                continue
            for relocation in section.iter_relocations():
                if relocation["r_info_type"] not in _CALLS:
                    taken.add(table.get_symbol(relocation["r_info_sym"]).name)
    return taken & functions


def deepest(graph: CallGraph, entry: str) -> int | None:
    """Bytes of stack from the call of `entry` on, or None where there is no bound: recursion, unknown pointers,
    frames of variable size, or no such function."""
    known: dict[str, int | None] = {}
    open_calls: set[str] = set()

    def depth(name: str) -> int | None:
        if name in known:
            return known[name]
        if name in open_calls or name in graph.unbounded or name == INDIRECT:
            return None
        open_calls.add(name)
        below = [depth(callee) for callee in graph.calls.get(name, ())]
        open_calls.discard(name)
        # GCC also states 0 for a naked function, whose body is assembly: only one that calls may be believed.
        own = graph.sizes.get(name, UNKNOWN) if below else graph.sizes.get(name) or UNKNOWN
        known[name] = None if None in below else own + max((b for b in below if b is not None), default=0)
        return known[name]

    return depth(entry) if entry in graph.sizes else None
