"""Bound on the stack that a model needs: the deepest chain of calls, by the compiler's stack-use listings.

Frames of assembly are not in those listings: each assembly function states its own as an absolute symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

from mcu_toolkit.targets.arch import Arch
from mcu_toolkit.targets.arch.callgraph import INDIRECT


@dataclass(frozen=True)
class CallGraph:
    """Functions of an image.

    Attributes:
        sizes: function → bytes of its own frame by the compiler; functions of unknown size are missing.
        calls: function → functions that it calls.
        unbounded: functions whose frame has no fixed size.
        stated: assembly function → bytes of its own frame, as its source states them.
        unstated: bytes counted for a function in neither `sizes` nor `stated`.
    """

    sizes: Mapping[str, int]
    calls: Mapping[str, frozenset[str]]
    unbounded: frozenset[str] = field(default_factory=frozenset)
    stated: Mapping[str, int] = field(default_factory=dict)
    unstated: int = 0

    def frame(self, name: str, *, calls: bool) -> int:
        """Bytes of a function's own frame; `calls` says whether it calls others.

        GCC also lists 0 bytes for a naked function, whose body is assembly, so 0 is believed only of a function that
        calls another.
        """
        if name in self.stated:
            return self.stated[name]
        if calls:
            return self.sizes.get(name, self.unstated)
        return self.sizes.get(name) or self.unstated


@dataclass(frozen=True)
class _Symbols:
    """Facts of one object file: functions it defines, functions whose address it takes, frames of its assembly."""

    functions: frozenset[str]
    pointed_at: frozenset[str]
    frames: Mapping[str, int]


def read_graph(objects: Iterable[Path], arch: Arch) -> CallGraph:
    """The call graph of an image.

    A call through a pointer may reach every function whose address the same object takes: kernels pass functions of
    their own to one another, never across files.

    Args:
        objects: object files; those compiled from C have the compiler's listing beside them.
        arch: says how the listing and the object files are read.
    """
    symbols = {path: _symbols(path, arch) for path in objects}
    functions = frozenset(name for found in symbols.values() for name in found.functions)
    sizes: dict[str, int] = {}
    stated: dict[str, int] = {}
    calls: dict[str, set[str]] = {}
    unbounded: set[str] = set()
    for path, found in symbols.items():
        stated |= found.frames
        file = path.with_suffix(arch.callgraph_suffix)
        if not file.is_file():
            continue
        listing = arch.read_callgraph(file.read_text(encoding="utf-8", errors="replace"))
        sizes |= listing.sizes
        unbounded |= listing.unbounded
        pointed = {listing.names.get(name, name) for name in found.pointed_at & functions}
        for caller, callee in listing.calls:
            targets = pointed if callee == INDIRECT else {callee}
            calls.setdefault(caller, set()).update(targets or {INDIRECT})
    frozen = {name: frozenset(targets) for name, targets in calls.items()}
    return CallGraph(sizes, frozen, frozenset(unbounded), stated, arch.unstated_frame)


def _symbols(path: Path, arch: Arch) -> _Symbols:
    functions: set[str] = set()
    frames: dict[str, int] = {}
    taken: set[str] = set()
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        table = elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return _Symbols(frozenset(), frozenset(), {})
        for symbol in table.iter_symbols():
            if symbol["st_info"]["type"] == "STT_FUNC":
                functions.add(symbol.name)
            elif symbol["st_shndx"] == "SHN_ABS" and symbol.name.endswith(arch.frame_suffix):
                frames[symbol.name.removesuffix(arch.frame_suffix)] = symbol["st_value"]
        for section in elf.iter_sections():
            if isinstance(section, RelocationSection):
                for relocation in section.iter_relocations():
                    if relocation["r_info_type"] not in arch.call_relocations:
                        taken.add(table.get_symbol(relocation["r_info_sym"]).name)
    stated = {name: size for name, size in frames.items() if name in functions}
    return _Symbols(frozenset(functions), frozenset(taken), stated)


def deepest(graph: CallGraph, entry: str) -> int | None:
    """Bytes of stack from the call of `entry` on.

    Returns:
        None where there is no bound: recursion, a call through an unknown pointer, a frame of variable size, or no
        such function.
    """
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
        own = graph.frame(name, calls=bool(below))
        known[name] = None if None in below else own + max((b for b in below if b is not None), default=0)
        return known[name]

    return depth(entry) if entry in graph.sizes else None
