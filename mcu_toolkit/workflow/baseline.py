"""Measure the figures that a recipe is compared with: ``models/<id>/baseline.json``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mcu_toolkit import guardian
from mcu_toolkit.records import codec
from mcu_toolkit.records.baseline import BaselineModel, BaselineRecord, BaselineSplit
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.samples import SampleChoice
from mcu_toolkit.workflow.sources import ModelSource
from mcu_toolkit.workflow.train import Trained
from mcu_toolkit.workspace import Workspace

BOARD = "qemu-m4"


def baseline(ctx: Context, trained: Trained) -> BaselineRecord:
    """Accuracies over the seeds of a training, and the costs of its best model on the emulated Cortex-M4.

    Raises:
        ToolError: the cross compiler or the emulator is missing or failed.
    """
    split = trained.runs[0].split
    return BaselineRecord(
        recipe=trained.recipe.name,
        synthetic=trained.recipe.synthetic,
        split=BaselineSplit(
            train=split.totals["train"],
            validation=split.totals["validation"] + split.totals["test"],
            duplicates=split.duplicates.equal + split.duplicates.near,
        ),
        seeds=len(trained.runs),
        accuracy={
            stage: trained.seeds.accuracy[stage]
            for stage in ("teacher", "float", "int8")
            if stage in trained.seeds.accuracy
        },
        int8=_measure(ctx, trained.model),
    )


def write_baseline(ctx: Context, trained: Trained, path: Path) -> BaselineRecord:
    """Measure a baseline and write it to a file.

    Raises:
        ToolError: as `baseline`; WorkspaceError: the disk refuses.
    """
    record = baseline(ctx, trained)
    codec.write(path, record)
    ctx.note(f"baseline  {path}")
    return record


def _measure(ctx: Context, model: Path) -> BaselineModel:
    """Build the model for the emulated board in a folder of its own, and count the instructions of one random input."""
    from mcu_toolkit.compiler.report import graph_macs
    from mcu_toolkit.graph.reader import read_model
    from mcu_toolkit.workflow.bench import BenchOptions, bench
    from mcu_toolkit.workflow.build import BuildOptions, build
    from mcu_toolkit.workflow.flash import flash

    data = model.read_bytes()
    with guardian.scratch("mcutk-baseline-") as folder:
        own = replace(ctx, workspace=Workspace(folder))
        build(own, BuildOptions(BOARD), ModelSource("file", model, data))
        flash(own, board=BOARD)
        report = bench(own, BenchOptions(BOARD, samples=SampleChoice(random=1)))
    median = report.latency.median
    assert median is not None  # one input was measured
    return BaselineModel(
        bytes=len(data),
        macs=graph_macs(read_model(data)),
        arena=report.memory.ram.arena,
        instructions_qemu_m4=median,
        mismatches_qemu_m4=report.mismatches,
    )
