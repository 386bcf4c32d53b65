"""Estimated cycles: whom they are for, and what a bench says where they cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mcu_toolkit.device.counting import run
from mcu_toolkit.device.counting.run import Counted
from mcu_toolkit.device.counting.trace import Block, Region
from mcu_toolkit.errors import ToolMissingError
from mcu_toolkit.targets.core import Instruction
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.cycles import Cycles, estimate_cycles
from mcu_toolkit.workspace import Workspace
from tests.unit.test_workflow_built import built

REGION = Region((Block(0x100, 1, 7, 0),), flash_accesses=9, flash_lines=3)
COUNTED = Counted({0x100: Instruction(0x100, 2, "adds", "r0, #1")}, 7, REGION, REGION, (REGION, REGION))


def never(*_: object, **__: object) -> Counted:
    pytest.fail("nothing has to be counted")


def estimated(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, board: str, count: Callable[..., Counted]
) -> Cycles:
    monkeypatch.setattr(run, "count", count)
    return estimate_cycles(Context(workspace), built(board), b"", steps=True, wait_states=2)


def test_a_chip_counts_its_cycles_itself(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert estimated(workspace, monkeypatch, "nano33", never) == Cycles()


def test_an_emulated_board_has_estimates(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = estimated(workspace, monkeypatch, "qemu-m4", lambda *_, **__: COUNTED)
    assert made.inference is not None and made.missing is None
    assert (made.inference.core, made.inference.median, made.inference.wait_states) == ("cortex-m4", 7 + 2 * 3, 2)
    assert made.steps == (13, 13)


def test_without_a_compiler_the_reason_is_reported(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> Counted:
        raise ToolMissingError("the program 'gcc' is not installed", hint="sudo apt-get install gcc")

    made = estimated(workspace, monkeypatch, "qemu-m4", missing)
    assert made.inference is None and made.steps == ()
    assert made.missing is not None and "gcc" in made.missing


def test_a_core_without_a_cost_table_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = built("qemu-m4")
    strange = replace(made, board=replace(made.board, core=replace(made.board.core, cpu="cortex-m99")))
    monkeypatch.setattr(run, "count", never)
    assert estimate_cycles(Context(workspace), strange, b"", steps=False, wait_states=0).missing == (
        "there is no cost table of cortex-m99"
    )
