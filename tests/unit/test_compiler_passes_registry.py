"""The order of passes."""

from __future__ import annotations

from mcu_toolkit.compiler.passes import PASSES, Pass, Stage, in_order


def test_stages_run_in_the_documented_order() -> None:
    assert [name for name, _ in in_order(Stage.SIMPLIFY)] == [
        "unused", "shapes", "constants", "identity", "duplicates", "pad", "activations", "channels",
    ]  # fmt: skip
    assert [name for name, _ in in_order(Stage.FINISH)] == ["order"]


def test_registered_pass_takes_its_place() -> None:
    with PASSES.added("late", Pass(lambda graph: graph, Stage.SIMPLIFY, order=75)):
        names = [name for name, _ in in_order(Stage.SIMPLIFY)]
    assert names[-2:] == ["late", "channels"]
    assert "late" not in PASSES


def test_equal_orders_run_by_name() -> None:
    same = Pass(lambda graph: graph, Stage.FINISH, order=10)
    with PASSES.added("zebra", same), PASSES.added("ant", same):
        assert [name for name, _ in in_order(Stage.FINISH)] == ["ant", "order", "zebra"]
