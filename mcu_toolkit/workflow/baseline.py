"""The figures that a recipe is held to: ``models/<id>/baseline.json`` (schema ``mcutk.baseline/1``)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcu_toolkit.recipe import Recipe
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workspace import Workspace

if TYPE_CHECKING:
    from mcu_toolkit.train.run import TrainResult

BOARD = "qemu-m4"


def baseline_document(ctx: Context, recipe: Recipe, run_dir: Path, results: Sequence[TrainResult]) -> dict[str, Any]:
    """Accuracies over seeds, and what the model in `run_dir` costs on the emulated Cortex-M4.

    Raises:
        ToolError: the cross compiler or the emulator is missing or failed.
    """
    from mcu_toolkit.train.seeds import summarize

    accuracy = summarize(results)["accuracy"]
    split = results[0].metrics["split"]
    measured = _measure(ctx, run_dir)
    return {
        "schema": "mcutk.baseline/1",
        "recipe": recipe.name,
        "synthetic": recipe.synthetic,
        "split": {
            "train": split["totals"]["train"],
            "validation": split["totals"]["validation"] + split["totals"]["test"],
            "duplicates": split["duplicates"]["equal"] + split["duplicates"]["near"],
        },
        "seeds": len(results),
        "accuracy": {
            stage: {"mean": accuracy[stage]["mean"], "sd": accuracy[stage]["sd"], "each": accuracy[stage]["each"]}
            for stage in ("teacher", "float", "int8")
            if stage in accuracy
        },
        "int8": {"bytes": (run_dir / "model.tflite").stat().st_size, **measured},
    }


def _measure(ctx: Context, run_dir: Path) -> dict[str, Any]:
    """Build the run's model for the emulated board in a folder of its own, and count one image's instructions."""
    from mcu_toolkit.boards import load_board
    from mcu_toolkit.compiler.inspect import inspect_report
    from mcu_toolkit.graph.reader import read_model
    from mcu_toolkit.targets.target import Optimize
    from mcu_toolkit.workflow.bench import bench_board
    from mcu_toolkit.workflow.build import build_firmware
    from mcu_toolkit.workflow.flash import flash_board
    from mcu_toolkit.workflow.samples import Choice
    from mcu_toolkit.workflow.sources import ModelSource

    model = run_dir / "model.tflite"
    data = model.read_bytes()
    board = load_board(BOARD)
    with tempfile.TemporaryDirectory(prefix="mcutk-baseline-") as folder:
        own = replace(ctx, workspace=Workspace(Path(folder)))
        source = ModelSource("train", model, data, run_dir=run_dir, recipe=run_dir.name)
        build_firmware(own, board, source, Optimize.BALANCED)
        flash_board(own, board, None)
        report = bench_board(own, board, None, Choice(limit=1)).report
    macs = inspect_report(read_model(data)).macs.model
    return {
        "macs": macs,
        "arena": report["memory"]["ram"]["arena"],
        "instructions_qemu_m4": report["latency"]["median"],
        "mismatches_qemu_m4": report["mismatches"],
    }
