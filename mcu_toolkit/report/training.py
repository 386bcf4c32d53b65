"""A training run as rich tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.statistics import wilson
from mcu_toolkit.report.terminal import table

_STAGES = {
    "teacher": "teacher (float)",
    "float": "student (float)",
    "fakequant": "student, simulated int8",
    "int8": "student, int8",
}


def trained(metrics: Mapping[str, Any], seeds: Mapping[str, Any] | None = None) -> RenderableType:
    """What a run, or the runs of several seeds, came to.

    Args:
        metrics: contents of metrics.json of the run (of the best one, where there are several).
        seeds: contents of seeds.json, where there are several.
    """
    head = Text.assemble((str(metrics["recipe"]), "bold"), f"  {metrics['title']}")
    if metrics["synthetic"]:
        head.append("  synthetic images", style="yellow")
    return Group(head, _division(metrics), Text(""), _accuracy(metrics, seeds), Text(""), _student(metrics))


def _division(metrics: Mapping[str, Any]) -> Text:
    totals, duplicates = metrics["split"]["totals"], metrics["split"]["duplicates"]
    counts = ", ".join(f"{count} {part}" for part, count in totals.items() if count)
    text = f"{counts}; {duplicates['equal']} equal and {duplicates['near']} near-duplicate images kept on one side"
    if duplicates["conflicting_labels"]:
        text += f"; {duplicates['conflicting_labels']} with conflicting labels"
    if metrics["split"]["skipped"]:
        text += f"; {metrics['split']['skipped']} unreadable images left out"
    return Text(text)


def _accuracy(metrics: Mapping[str, Any], seeds: Mapping[str, Any] | None) -> Table:
    images = int(metrics["images"])
    if seeds is None:
        made = table("held-out accuracy", "", "95 % interval")
        for stage, value in metrics["accuracy"].items():
            within = wilson(round(value * images), images)
            low, high = (within.low, within.high) if within else (None, None)
            made.add_row(_STAGES.get(stage, stage), fmt.percent(value), fmt.interval(low, high))
        return made
    made = table(f"held-out accuracy, {len(seeds['seeds'])} seeds", "mean", "sd", "each")
    for stage, row in seeds["accuracy"].items():
        each = ", ".join(fmt.percent(value, 1) for value in row["each"])
        made.add_row(_STAGES.get(stage, stage), fmt.percent(row["mean"]), fmt.percent(row["sd"]), each)
    return made


def _student(metrics: Mapping[str, Any]) -> Text:
    counts = metrics["parameters"]
    seconds = sum(metrics["seconds"].values())
    trained_in = f"trained in {seconds:.0f} s; " if seconds else ""
    return Text(
        f"{fmt.kib(metrics['bytes'])} .tflite, {fmt.exact(counts['student'])} parameters, "
        f"{fmt.count(metrics['macs'])} MACs; "
        f"{trained_in}int8 accuracy by {metrics['int8_runtime']}"
    )


def modes(metrics: Mapping[str, Any]) -> RenderableType:
    """Quantization modes of a conversion side by side, the int8 model last."""
    made = table("mode", "size", "held-out accuracy")
    last = {"mode": "int8", "bytes": metrics["bytes"], "accuracy": metrics["accuracy"]["int8"]}
    for row in (*metrics["modes"], last):
        made.add_row(str(row["mode"]), fmt.kib(row["bytes"]), fmt.percent(row["accuracy"]))
    return Group(Text(""), made)
