"""Study tables: terminal, CSV, JSON (``mcutk.study/1``), HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group, RenderableType
from rich.text import Text

from mcu_toolkit.report import charts, html
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.statistics import bootstrap, equivalence, mcnemar, wilson
from mcu_toolkit.report.terminal import table

#: Figures of how far saliency maps survive quantization, a mean over images each.
_STABILITY = ("rank_correlation", "top10_overlap")
_COLUMNS = (
    "row", "accuracy", "low", "high", "train_accuracy", "bytes", "ratio", "parameters", "ram", "against", "difference",
    "mcnemar_p", "equivalent", *(name + part for name in _STABILITY for part in ("", "_low", "_high", "_gain",
    "_gain_low", "_gain_high")), "seconds",
)  # fmt: skip


def document(study: str, recipe: str, synthetic: bool, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The report of a study; every row is compared with another, by default the first, on the same images.

    Args:
        study, recipe: names.
        synthetic: the images were made.
        results: rows as `train.studies.measure` gives them, in the order of the table.
    """
    named = {result["row"]: result for result in results}
    rows = [_row(result, named.get(result["against"] or results[0]["row"]), results[0]["bytes"]) for result in results]
    return {
        "schema": "mcutk.study/1",
        "study": study,
        "recipe": recipe,
        "synthetic": synthetic,
        "images": len(results[0]["correct"]) if results else 0,
        "rows": rows,
    }


def _row(result: Mapping[str, Any], other: Mapping[str, Any] | None, first_bytes: int) -> dict[str, Any]:
    """One row; `other` is what it is compared with, None where that is not measured yet."""
    own = _bits(result["correct"])
    within = wilson(int(own.sum()), len(own))
    versus = None if other is None else _bits(other["correct"])
    same = None if versus is None else equivalence(versus, own)
    return {
        "row": result["row"],
        "accuracy": result["accuracy"],
        "low": within.low if within else None,
        "high": within.high if within else None,
        "train_accuracy": result["train_accuracy"],
        "bytes": result["bytes"],
        "ratio": first_bytes / result["bytes"],
        "parameters": result["parameters"],
        "ram": result["ram"],
        "against": None if other is None else other["row"],
        "difference": None if other is None else result["accuracy"] - other["accuracy"],
        "mcnemar_p": None if versus is None else mcnemar(versus, own).p_value,
        "equivalent": None if same is None else same.equivalent,
        **_stability(result.get("stability"), None if other is None or other is result else other.get("stability")),
        "seconds": result["seconds"],
    }


def _stability(own: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> dict[str, float | None]:
    """Means over images with bootstrap intervals, and the paired gain over the row compared with."""
    found: dict[str, float | None] = {}
    for name in _STABILITY:
        mine = None if own is None else np.asarray(own[name], dtype=np.float64)
        gain = None if mine is None or other is None else mine - np.asarray(other[name], dtype=np.float64)
        for label, values in ((name, mine), (f"{name}_gain", gain)):
            interval = None if values is None else bootstrap(lambda drawn: float(drawn.mean()), values)
            found[label] = None if values is None else float(values.mean())
            found[f"{label}_low"] = None if interval is None else interval.low
            found[f"{label}_high"] = None if interval is None else interval.high
    return found


def _bits(text: str) -> npt.NDArray[np.bool_]:
    return np.array([c == "1" for c in text], dtype=np.bool_)


_HEADS = ("held-out", "95 %", "training", "size", "ratio", "RAM", "against", "difference", "McNemar p")
_MAP_HEADS = ("map rank corr.", "95 %", "gain", "95 %", "top-10 %", "gain", "95 %")


def _mapped(report: Mapping[str, Any]) -> bool:
    return any(row["rank_correlation"] is not None for row in report["rows"])


def rendered(report: Mapping[str, Any]) -> RenderableType:
    """The table on the terminal; the one of saliency maps below it, where there are any."""
    head = Text(f"{report['recipe']}, {report['images']} held-out images")
    if report["synthetic"]:
        head.append("  synthetic images", style="yellow")
    made = table(str(report["study"]), *_HEADS)
    for row in report["rows"]:
        made.add_row(*_cells(row))
    if not _mapped(report):
        return Group(head, made)
    maps = table("maps, float against int8", *_MAP_HEADS)
    for row in report["rows"]:
        if row["rank_correlation"] is not None:
            maps.add_row(*_map_cells(row))
    return Group(head, made, maps)


def _cells(row: Mapping[str, Any]) -> list[str]:
    difference, p_value = row["difference"], row["mcnemar_p"]
    itself = row["against"] in (None, row["row"])
    return [
        str(row["row"]),
        fmt.percent(row["accuracy"]),
        fmt.interval(row["low"], row["high"]),
        fmt.percent(row["train_accuracy"]),
        fmt.kib(row["bytes"]),
        f"{row['ratio']:.2f}",
        fmt.kib(row["ram"]),
        fmt.UNKNOWN if itself else str(row["against"]),
        fmt.UNKNOWN if itself else f"{100 * difference:+.2f} pt",
        fmt.UNKNOWN if itself else f"{p_value:.3g}",
    ]


def _map_cells(row: Mapping[str, Any]) -> list[str]:
    cells = [str(row["row"])]
    for name in _STABILITY:
        gain = row[f"{name}_gain"]
        cells.append(f"{row[name]:.3f}")
        if name == _STABILITY[0]:
            cells.append(f"{row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f}")
        cells.append(fmt.UNKNOWN if gain is None else f"{gain:+.3f}")
        cells.append(
            fmt.UNKNOWN if gain is None else f"{row[f'{name}_gain_low']:+.3f} to {row[f'{name}_gain_high']:+.3f}"
        )
    return cells


def to_csv(report: Mapping[str, Any]) -> str:
    """The rows as CSV, with a header."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([{name: row[name] for name in _COLUMNS} for row in report["rows"]])
    return stream.getvalue()


def page(report: Mapping[str, Any]) -> str:
    """A self-contained HTML page: accuracies with intervals, sizes, the table."""
    rows = report["rows"]
    accuracies = [
        charts.Bar(row["row"], row["accuracy"], fmt.percent(row["accuracy"]), row["low"], row["high"]) for row in rows
    ]
    sizes = [charts.Bar(row["row"], row["bytes"], fmt.kib(row["bytes"])) for row in rows]
    sections = [
        html.Section("Held-out accuracy", charts.bars(accuracies, "accuracy with 95 % intervals", 1.0)),
        html.Section("Size", charts.bars(sizes, "bytes")),
        html.Section("Table", html.table(["", *_HEADS], [_cells(row) for row in rows])),
    ]
    mapped = [row for row in rows if row["rank_correlation"] is not None]
    if mapped:
        bars = [
            charts.Bar(
                row["row"],
                row["rank_correlation"],
                f"{row['rank_correlation']:.3f}",
                row["rank_correlation_low"],
                row["rank_correlation_high"],
            )
            for row in mapped
        ]
        drawn = charts.bars(bars, "rank correlation of the maps with 95 % intervals", 1.0)
        shown = html.table(["", *_MAP_HEADS], [_map_cells(row) for row in mapped])
        sections.append(html.Section("Saliency maps, float against int8", drawn + shown))
    subtitle = f"{report['recipe']}, {report['images']} held-out images"
    return html.page(f"Study: {report['study']}", subtitle, sections, html.SYNTHETIC if report["synthetic"] else "")
