"""A training run as rich tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mcu_toolkit.report import charts, html
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.gallery import data_uri
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


def page(metrics: Mapping[str, Any], maps: Mapping[str, npt.NDArray[Any]] | None = None) -> str:
    """A self-contained HTML page of a run: accuracies, learning curves, saliency maps.

    Args:
        metrics: contents of metrics.json.
        maps: arrays of saliency.npz, where there are any.
    """
    images = int(metrics["images"])
    rows = []
    for stage, value in metrics["accuracy"].items():
        within = wilson(round(value * images), images)
        low, high = (within.low, within.high) if within else (None, None)
        rows.append(charts.Bar(_STAGES.get(stage, stage), value, fmt.percent(value), low, high))
    sections = [html.Section("Held-out accuracy", charts.bars(rows, "accuracy with 95 % intervals", 1.0))]
    curves = [
        charts.Series(stage, [(entry["epoch"], entry["loss"]) for entry in history])
        for stage, history in metrics.get("history", {}).items()
        if history
    ]
    if curves:
        sections.append(html.Section("Loss", charts.lines(curves, "training loss", "epoch", "loss")))
    if metrics.get("saliency"):
        sections.append(html.Section("Saliency, float against int8", _saliency(metrics, maps)))
    subtitle = f"{metrics['title']}: {fmt.kib(metrics['bytes'])}, {fmt.count(metrics['macs'])} MACs"
    warning = html.SYNTHETIC if metrics["synthetic"] else ""
    return html.page(f"Training: {metrics['recipe']}", subtitle, sections, warning)


def _saliency(metrics: Mapping[str, Any], maps: Mapping[str, npt.NDArray[Any]] | None) -> Markup:
    found = metrics["saliency"]
    stability = [
        (method, f"{row['rank_correlation']:.3f}", fmt.percent(row["top10_overlap"], 1))
        for method, row in found["stability"].items()
    ]
    parts = [html.table(["method", "rank correlation", "top-10 % overlap"], stability)]
    lines = [
        charts.Series(f"{name} {kind}", list(zip(curve["share"], curve[kind], strict=True)))
        for name, curve in found["curves"].items()
        for kind in ("deletion", "insertion")
    ]
    parts.append(charts.lines(lines, "deletion and insertion", "share of pixels", "probability", (0.0, 1.0)))
    if maps is not None:
        parts.append(_gallery(metrics["classes"], maps))
    return Markup("").join(parts)


def _gallery(classes: list[str], maps: Mapping[str, npt.NDArray[Any]]) -> Markup:
    """A row an image: the image, then its maps by method, float and int8 beside one another."""
    methods = [name.removeprefix("float_") for name in maps if name.startswith("float_")]
    heads = ["", "image", *(f"{method}, {kind}" for method in methods for kind in ("float", "int8"))]
    rows = []
    for i, label in enumerate(maps["labels"].tolist()):
        shown = [maps["pixels"][i], *(_grey(maps[f"{kind}_{m}"][i]) for m in methods for kind in ("float", "int8"))]
        cells = [charts.element("img", src=data_uri(image), width=96, alt="") for image in shown]
        rows.append((classes[label], *cells))
    return html.table(heads, rows)


def _grey(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """A map as an image: the 99th percentile is white."""
    top = float(np.percentile(values, 99)) or 1.0
    return np.asarray(np.clip(values / top, 0.0, 1.0) * 255.0, dtype=np.uint8)[..., None]
