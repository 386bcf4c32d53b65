"""The figures of a baseline, measured on a trained model and the emulated Cortex-M4."""

from __future__ import annotations

import shutil

import pytest

from mcu_toolkit.records.baseline import BaselineRecord
from mcu_toolkit.records.codec import read
from mcu_toolkit.train.run import TrainResult
from mcu_toolkit.train.seeds import summarize
from mcu_toolkit.workflow.baseline import write_baseline
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.train import Trained
from tests.support.training import tiny_recipe

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None or shutil.which("arm-none-eabi-gcc") is None,
    reason="needs qemu-system-arm and arm-none-eabi-gcc",
)


def test_a_baseline_holds_accuracies_and_the_costs_on_the_board(
    tiny_run: TrainResult, ctx: Context, notes: list[str]
) -> None:
    trained = Trained(tiny_run.run_dir, tiny_recipe(), (tiny_run.record,), summarize([tiny_run]))
    path = ctx.workspace.root / "baseline.json"
    record = write_baseline(ctx, trained, path)
    assert read(BaselineRecord, path) == record
    assert (record.seeds, record.accuracy["int8"].mean) == (1, tiny_run.record.accuracy["int8"])
    assert (record.int8.mismatches_qemu_m4, record.int8.bytes) == (0, tiny_run.record.bytes)
    assert record.int8.instructions_qemu_m4 > record.int8.macs
    assert record.split.train == tiny_run.record.split.totals["train"]
    assert str(path) in notes[0]
    assert not ctx.workspace.out.exists()  # built in a folder of its own
