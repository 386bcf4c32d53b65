"""The bound on the stack: deepest chain of calls, and no bound where there can be none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcu_toolkit.assets import asset_dir
from mcu_toolkit.device.stack import UNKNOWN, CallGraph, deepest, read_graph


def graph(**calls: str) -> CallGraph:
    """Functions of 10 bytes each; values are the names of those that they call."""
    return CallGraph(dict.fromkeys(calls, 10), {name: frozenset(text.split()) for name, text in calls.items()})


def test_the_deepest_chain_counts() -> None:
    assert deepest(graph(a="b c", b="", c="d", d=""), "a") == 30


def test_shared_callees_are_no_recursion() -> None:
    assert deepest(graph(a="b c", b="d", c="d", d=""), "a") == 30


def test_functions_without_a_figure_count_as_much_as_any_may_save() -> None:
    assert deepest(graph(a="memcpy"), "a") == 10 + UNKNOWN


@pytest.mark.parametrize("calls", [{"a": "b", "b": "a"}, {"a": "a"}, {"a": "b", "b": "__indirect_call"}])
def test_no_bound_with_recursion_or_pointers(calls: dict[str, str]) -> None:
    assert deepest(graph(**calls), "a") is None


def test_no_bound_with_a_frame_of_variable_size_or_without_the_function() -> None:
    assert deepest(CallGraph({"a": 8}, {}, frozenset({"a"})), "a") is None
    assert deepest(graph(a=""), "b") is None


def test_reads_what_the_compiler_writes(tmp_path: Path) -> None:
    (tmp_path / "x.ci").write_text(
        'graph: { title: "x.c"\n'
        'node: { title: "x.c:low" label: "low\\nx.c:1:13\\n24 bytes (static)" }\n'
        'node: { title: "high" label: "high\\nx.c:5:6\\n8 bytes (dynamic,bounded)" }\n'
        'node: { title: "wild" label: "wild\\nx.c:9:6\\n8 bytes (dynamic)" }\n'
        'node: { title: "memset" label: "__builtin_memset\\n<built-in>" shape : ellipse }\n'
        'edge: { sourcename: "high" targetname: "x.c:low" label: "x.c:6:5" }\n'
        'edge: { sourcename: "high" targetname: "memset" }\n}\n'
    )
    read = read_graph([tmp_path / "x.ci"])
    assert read.sizes == {"x.c:low": 24, "high": 8, "wild": 8}
    assert read.calls == {"high": frozenset({"x.c:low", "memset"})}
    assert deepest(read, "high") == 8 + UNKNOWN
    assert deepest(read, "wild") is None


@pytest.mark.parametrize("path", sorted((asset_dir("firmware") / "kernels").rglob("*.S")), ids=lambda p: p.name)
def test_assembly_keeps_within_the_allowance(path: Path) -> None:
    """Frames of assembly are not in the compiler's figures: nine registers, and what is reserved by name."""
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"^\s*push (\{.*\})", text, re.MULTILINE)) <= {"{r4-r11, lr}"}
    assert "vpush" not in text and "stmdb" not in text
    reserved = [0]
    for name in re.findall(r"^\s*sub sp, sp, #(\w+)", text, re.MULTILINE):
        value = re.search(rf"\.equ {name}, (\d+)", text)
        reserved.append(int(value[1]) if value else int(name))
    assert 36 + max(reserved) <= UNKNOWN
