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
from mcu_toolkit.report.statistics import equivalence, mcnemar, wilson
from mcu_toolkit.report.terminal import table

_COLUMNS = (
    "row", "accuracy", "low", "high", "train_accuracy", "bytes", "ratio", "parameters", "difference", "mcnemar_p",
    "equivalent", "rank_correlation", "top10_overlap", "seconds",
)  # fmt: skip


def document(study: str, recipe: str, synthetic: bool, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The report of a study; every row is compared with the first, on the same images.

    Args:
        study, recipe: names.
        synthetic: the images were made.
        results: rows as `train.studies.measure` gives them, in the order of the table.
    """
    rows = []
    first = _bits(results[0]["correct"]) if results else np.zeros(0, np.bool_)
    for result in results:
        own = _bits(result["correct"])
        within = wilson(int(own.sum()), len(own))
        test, same = mcnemar(first, own), equivalence(first, own)
        rows.append(
            {
                "row": result["row"],
                "accuracy": result["accuracy"],
                "low": within.low if within else None,
                "high": within.high if within else None,
                "train_accuracy": result["train_accuracy"],
                "bytes": result["bytes"],
                "ratio": results[0]["bytes"] / result["bytes"],
                "parameters": result["parameters"],
                "difference": result["accuracy"] - results[0]["accuracy"],
                "mcnemar_p": test.p_value,
                "equivalent": None if same is None else same.equivalent,
                **(result.get("stability") or {"rank_correlation": None, "top10_overlap": None}),
                "seconds": result["seconds"],
            }
        )
    images = len(first)
    return {
        "schema": "mcutk.study/1",
        "study": study,
        "recipe": recipe,
        "synthetic": synthetic,
        "images": images,
        "rows": rows,
    }


def _bits(text: str) -> npt.NDArray[np.bool_]:
    return np.array([c == "1" for c in text], dtype=np.bool_)


def rendered(report: Mapping[str, Any]) -> RenderableType:
    """The table on the terminal."""
    mapped = any(row["rank_correlation"] is not None for row in report["rows"])
    heads = ["held-out", "95 %", "training", "size", "ratio", "against first", "McNemar p"]
    made = table(str(report["study"]), *heads, *(["map rank corr.", "top-10 %"] if mapped else []))
    for row in report["rows"]:
        cells = _cells(row)
        made.add_row(*(cells if mapped else cells[:8]))
    head = Text(f"{report['recipe']}, {report['images']} held-out images")
    if report["synthetic"]:
        head.append("  synthetic images", style="yellow")
    return Group(head, made)


def _cells(row: Mapping[str, Any]) -> list[str]:
    correlation, overlap = row["rank_correlation"], row["top10_overlap"]
    return [
        str(row["row"]),
        fmt.percent(row["accuracy"]),
        fmt.interval(row["low"], row["high"]),
        fmt.percent(row["train_accuracy"]),
        fmt.kib(row["bytes"]),
        f"{row['ratio']:.2f}",
        f"{100 * row['difference']:+.2f} pt",
        f"{row['mcnemar_p']:.3f}",
        fmt.UNKNOWN if correlation is None else f"{correlation:.3f}",
        fmt.UNKNOWN if overlap is None else fmt.percent(overlap, 1),
    ]


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
    heads = [
        "",
        "held-out",
        "95 %",
        "training",
        "size",
        "ratio",
        "against first",
        "McNemar p",
        "rank corr.",
        "top-10 %",
    ]
    sections = [
        html.Section("Held-out accuracy", charts.bars(accuracies, "accuracy with 95 % intervals", 1.0)),
        html.Section("Size", charts.bars(sizes, "bytes")),
        html.Section("Table", html.table(heads, [_cells(row) for row in rows])),
    ]
    subtitle = f"{report['recipe']}, {report['images']} held-out images"
    return html.page(f"Study: {report['study']}", subtitle, sections, html.SYNTHETIC if report["synthetic"] else "")
