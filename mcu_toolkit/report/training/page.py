"""A training record as an HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mcu_toolkit.records.train import Saliency, TrainRecord
from mcu_toolkit.report import charts, html
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.images import data_uri
from mcu_toolkit.report.training.stages import accuracy_interval, stage_name

Maps = Mapping[str, npt.NDArray[Any]]


def training_page(record: TrainRecord, maps: Maps | None = None) -> str:
    """Accuracies, learning curves and saliency maps of a run.

    Args:
        record: of the run.
        maps: arrays of saliency.npz, where there are any.
    """
    bars = [
        charts.Bar(stage_name(stage), value, fmt.percent(value), accuracy_interval(value, record.images))
        for stage, value in record.accuracy.items()
    ]
    curves = [
        charts.Series(stage, [(entry["epoch"] or 0.0, entry["loss"]) for entry in epochs])
        for stage, epochs in record.history.items()
        if epochs
    ]
    saliency = Markup("") if record.saliency is None else _saliency(record.saliency, record.classes, maps)
    sections = [
        html.Section("Held-out accuracy", charts.bars(bars, "accuracy with 95 % intervals", 1.0)),
        html.Section("Loss", charts.lines(curves, "training loss", "epoch", "loss")),
        html.Section("Saliency of the float and the int8 student", saliency),
    ]
    subtitle = f"{record.title}: {fmt.kib(record.bytes)}, {fmt.count(record.macs)} MACs"
    return html.page(f"Training: {record.recipe}", subtitle, sections, synthetic=record.synthetic)


def _saliency(found: Saliency, classes: Sequence[str], maps: Maps | None) -> Markup:
    stability = [
        (method, f"{row.rank_correlation:.3f}", fmt.percent(row.top10_overlap, 1))
        for method, row in found.stability.items()
    ]
    lines = []
    for name, curve in found.curves.items():
        lines.append(charts.Series(f"{name} deletion", list(zip(curve.share, curve.deletion, strict=True))))
        lines.append(charts.Series(f"{name} insertion", list(zip(curve.share, curve.insertion, strict=True))))
    parts = [
        html.table(["method", "rank correlation", "top-10 % overlap"], stability),
        charts.lines(lines, "deletion and insertion", "share of pixels", "probability", (0.0, 1.0)),
    ]
    if maps is not None:
        parts.append(_gallery(classes, maps))
    return Markup("").join(parts)


def _gallery(classes: Sequence[str], maps: Maps) -> Markup:
    """One row per image: the image, then for each method the maps of the float and the int8 student."""
    methods = [name.removeprefix("float_") for name in maps if name.startswith("float_")]
    heads = ["", "image", *(f"{method}, {kind}" for method in methods for kind in ("float", "int8"))]
    rows = []
    for i, label in enumerate(maps["labels"].tolist()):
        shown = [maps["pixels"][i], *(_grey(maps[f"{kind}_{m}"][i]) for m in methods for kind in ("float", "int8"))]
        cells = [charts.element("img", src=data_uri(image), width=96, alt="") for image in shown]
        rows.append((classes[label], *cells))
    return html.table(heads, rows)


def _grey(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """A map as a grey image; the 99th percentile is white."""
    top = float(np.percentile(values, 99)) or 1.0
    return np.asarray(np.clip(values / top, 0.0, 1.0) * 255.0, dtype=np.uint8)[..., None]
