"""The bound on the stack: the deepest chain of calls, and programs without a bound."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mcu_toolkit.device.stack import CallGraph, deepest, read_graph
from mcu_toolkit.targets.arch.arm import ARM

UNSTATED = 100


def graph(**calls: str) -> CallGraph:
    """Functions of 10 bytes each; values are the names of the functions that they call."""
    edges = {name: frozenset(text.split()) for name, text in calls.items()}
    return CallGraph(dict.fromkeys(calls, 10), edges, unstated=UNSTATED)


def test_the_deepest_chain_counts() -> None:
    assert deepest(graph(a="b c", b="", c="d", d=""), "a") == 30


def test_shared_callees_are_not_recursion() -> None:
    assert deepest(graph(a="b c", b="d", c="d", d=""), "a") == 30


def test_functions_without_a_frame_size_count_with_an_upper_bound() -> None:
    assert deepest(graph(a="memcpy"), "a") == 10 + UNSTATED


def test_a_leaf_of_size_0_may_be_assembly() -> None:
    """GCC states 0 bytes for naked functions."""
    calls = {"a": frozenset({"core"})}
    assert deepest(CallGraph({"a": 0, "core": 0}, calls, unstated=UNSTATED), "a") == UNSTATED


def test_a_frame_that_assembly_states_counts() -> None:
    calls = {"a": frozenset({"core", "leaf"})}
    stated = {"core": 44, "leaf": 0}
    assert deepest(CallGraph({"a": 8, "core": 0}, calls, stated=stated, unstated=UNSTATED), "a") == 8 + 44


@pytest.mark.parametrize("calls", [{"a": "b", "b": "a"}, {"a": "a"}, {"a": "b", "b": "__indirect_call"}])
def test_no_bound_with_recursion_or_pointers(calls: dict[str, str]) -> None:
    assert deepest(graph(**calls), "a") is None


def test_no_bound_with_a_frame_of_variable_size_or_without_the_function() -> None:
    assert deepest(CallGraph({"a": 8}, {}, frozenset({"a"})), "a") is None
    assert deepest(graph(a=""), "b") is None


SOURCE = """
#include <string.h>
typedef int function(int);
static __attribute__((noinline)) int low(int x) { volatile int room[25]; room[x] = x; return room[1]; }
static __attribute__((noinline)) int lower(int x) { volatile int room[100]; room[x] = x; return room[1]; }
static __attribute__((noinline)) int through(function *f, int x) { return f(x) + 1; }
int high(int x);
int high(int x) { return through(x > 3 ? low : lower, x) + 1; }
int wild(int x);
int wild(int x) { volatile char room[x]; room[x / 2] = 1; return room[0]; }
int fill(char *p);
int fill(char *p) { memset(p, 1, 1000); return 1; }
int away(function *f);
int away(function *f) { return f(1) + 1; }
"""


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc")
def test_files_of_the_compiler_are_read(tmp_path: Path) -> None:
    """Calls through pointers reach the functions whose address is taken there; unknown pointers give no bound."""
    one, two = SOURCE.split("int away", 1)
    for name, text in (("one", one), ("two", "typedef int function(int);\nint away" + two)):
        (tmp_path / f"{name}.c").write_text(text)
        command = [
            "arm-none-eabi-gcc",
            "-mcpu=cortex-m4",
            "-mthumb",
            "-O2",
            "-ffunction-sections",
            ARM.callgraph_flag,
            "-c",
        ]
        subprocess.run([*command, "-o", f"{name}.c.o", f"{name}.c"], cwd=tmp_path, check=True, timeout=60)
    read = read_graph(tmp_path.glob("*.o"), ARM)
    high = deepest(read, "high")
    assert high is not None and 400 < high < 460
    fill = deepest(read, "fill")
    assert fill is not None and ARM.unstated_frame <= fill < ARM.unstated_frame + 16
    assert deepest(read, "wild") is None
    assert deepest(read, "away") is None


ASSEMBLY = """
    .syntax unified
    .thumb
    .globl core
    .type core, %function
    .equ core_frame, 36
    .equ other_frame, 99
core:
    push {r4-r11, lr}
    pop {r4-r11, pc}
"""


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc")
def test_frames_of_assembly_are_read(tmp_path: Path) -> None:
    """A symbol <function>_frame states bytes of stack; without a function of that name in the object it is ignored."""
    (tmp_path / "core.S").write_text(ASSEMBLY)
    (tmp_path / "caller.c").write_text("int core(int); int call(int); int call(int x) { return core(x) + 1; }")
    for name in ("core.S", "caller.c"):
        command = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-O2", ARM.callgraph_flag, "-c", name]
        subprocess.run([*command, "-o", f"{name}.o"], cwd=tmp_path, check=True, timeout=60)
    read = read_graph(tmp_path.glob("*.o"), ARM)
    assert read.stated == {"core": 36}
    assert deepest(read, "call") == read.sizes["call"] + 36
