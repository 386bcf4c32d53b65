"""Self-contained HTML pages: one file, inline CSS and SVG, no script, nothing fetched.

`page` is the frame that every report shares; `bench` fills it from a ``mcutk.bench/1`` document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mcu_toolkit.report import charts
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.gallery import Shot
from mcu_toolkit.templates import environment

SYNTHETIC = (
    "The images are synthetic phantoms made by a generator: these figures say that the tool works, not how well "
    "a network reads real images."
)


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading and ready markup."""

    title: str
    body: Markup


@dataclass(frozen=True)
class Card:
    """A figure at the head of a page; `mood` is ``good``, ``bad`` or empty."""

    title: str
    value: str
    remark: str = ""
    mood: str = ""


def _environment() -> jinja2.Environment:
    return environment(Path(__file__).parent / "templates", html=True)


def _part(macro: str, *arguments: object) -> Markup:
    module = _environment().get_template("parts.html.j2").module
    return Markup(getattr(module, macro)(*arguments))


def cards(items: Sequence[Card]) -> Markup:
    """Figures side by side."""
    return _part("cards", items)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], left: int = 1) -> Markup:
    """A table; the first `left` columns hold words, the others numbers."""
    return _part("table", heads, rows, left)


def page(title: str, subtitle: str, sections: Sequence[Section], warning: str = "") -> str:
    """A whole page as text."""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(title=title, subtitle=subtitle, warning=warning, sections=[s for s in sections if s.body])
    )


def bench(report: Mapping[str, Any], latencies: npt.NDArray[np.int64], shots: Sequence[Shot]) -> str:
    """The page of a bench.

    Args:
        report: document of schema ``mcutk.bench/1``.
        latencies: int64 [N], in the report's unit.
        shots: images to show with the device's answers.
    """
    unit = report["latency"]["unit"]
    sections = [
        Section("", _bench_cards(report)),
        Section("Confusion matrix", confusion(report.get("confusion"))),
        Section("Sensitivity and specificity by class, with 95 % intervals", per_class(report["per_class"])),
        Section(f"Latency ({unit})", charts.histogram(latencies, unit, "latency histogram")),
        Section("Flash", _flash(report["memory"]["flash"])),
        Section("RAM", _ram(report["memory"]["ram"])),
        Section("Layers", profile(report.get("profile", ()), unit)),
        Section("Images and what the device answered", _part("shots", shots) if shots else Markup("")),
        Section("Where this comes from", provenance(report)),
    ]
    name = f"{report['board']}: {report.get('recipe') or report.get('model') or 'bench'}"
    return page(name, str(report.get("board_name", "")), sections, SYNTHETIC if report.get("synthetic") else "")


def _bench_cards(report: Mapping[str, Any]) -> Markup:
    accuracy, latency, memory = report["accuracy"], report["latency"], report["memory"]
    low, high = accuracy["ci95"] or (None, None)
    wrong = report["mismatches"]
    items = [
        Card("mismatches", str(wrong), f"of {report['samples']} outputs, every byte", "bad" if wrong else "good"),
        Card(f"latency, median ({latency['unit']})", fmt.exact(latency["median"]), f"max {fmt.exact(latency['max'])}"),
        Card("flash", fmt.kib(memory["flash"]["total"]), f"engine {fmt.kib(memory['flash']['engine'])}"),
        Card("RAM", fmt.kib(memory["ram"]["total"]), f"arena {fmt.kib(memory['ram']['arena'])}"),
    ]
    if accuracy["device"] is not None:
        remark = f"95 % interval {fmt.interval(low, high)}"
        items.insert(0, Card("accuracy on the device", fmt.percent(accuracy["device"]), remark))
        items.insert(1, Card("accuracy, float network", fmt.percent(accuracy["float"]), _versus(report)))
    return cards(items)


def _versus(report: Mapping[str, Any]) -> str:
    versus = report.get("float_vs_int8")
    return f"McNemar p = {versus['mcnemar_p']:.3g}" if versus else "on the same images"


def confusion(found: Mapping[str, Any] | None) -> Markup:
    """The confusion matrix as a table, tinted by the share of its row; nothing where there is none."""
    if not found:
        return Markup("")
    rows = []
    for i, counts in enumerate(found["counts"]):
        total = sum(counts) or 1
        rows.append(
            [{"count": c, "percent": round(85 * c / total), "colour": 2 if i == j else 3} for j, c in enumerate(counts)]
        )
    return _part("heat", found["classes"], rows)


def per_class(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Bars of sensitivity and specificity with intervals, and the full table."""
    if not rows:
        return Markup("")
    drawn = []
    for row in rows:
        for key in ("sensitivity", "specificity"):
            low, high = row.get(f"{key}_ci95") or (None, None)
            drawn.append(charts.Bar(f"{row['name']} {key[:4]}.", row[key], fmt.percent(row[key]), low, high))
    heads = ("class", "images", "sensitivity", "specificity", "precision", "F1", "AUC")
    cells = [
        (
            row["name"],
            row["support"],
            *(fmt.percent(row[key]) for key in ("sensitivity", "specificity", "precision", "f1")),
            fmt.UNKNOWN if row.get("auc") is None else f"{row['auc']:.4f}",
        )
        for row in rows
    ]
    return charts.bars(drawn, "sensitivity and specificity", top=1.0) + table(heads, cells)


def _flash(flash: Mapping[str, Any]) -> Markup:
    parts = {name: int(flash[name]) for name in ("weights", "engine", "other")}
    return charts.stacked(parts, flash.get("limit"), "flash by what it holds")


def _ram(ram: Mapping[str, Any]) -> Markup:
    parts = {name: int(ram[name]) for name in ("arena", "static", "stack") if name in ram}
    said = (
        f"The live-tensor bound of the arena is {fmt.exact(ram['no_overlap'])} bytes; the plan, which may write "
        f"an output over its dying input, takes {fmt.exact(ram['arena'])}. "
        f"On the device the stack grew to {fmt.exact(ram['stack_peak'])} bytes."
    )
    return charts.stacked(parts, ram.get("limit"), "RAM by what it holds") + charts.element("p", said, class_="soft")


def profile(rows: Sequence[Mapping[str, Any]], unit: str) -> Markup:
    """Latency of every layer as bars and a table."""
    if not rows:
        return Markup("")
    drawn = [
        charts.Bar(f"{row['index']} {row['layer']}", float(row["latency"]), fmt.exact(row["latency"])) for row in rows
    ]
    heads = ("#", "layer", "kernel", unit, "MACs", "per MAC", "share")
    cells = [
        (
            row["index"],
            row["layer"],
            row["kernel"],
            fmt.exact(row["latency"]),
            fmt.exact(row["macs"]),
            fmt.UNKNOWN if row["per_mac"] is None else f"{row['per_mac']:.2f}",
            fmt.percent(row["share"], 1),
        )
        for row in rows
    ]
    return charts.bars(drawn, "latency by layer") + table(heads, cells, left=3)


def provenance(report: Mapping[str, Any]) -> Markup:
    """What the figures were measured on: hashes, versions, command."""
    link = report["link"]
    rows = [
        ("command", report.get("command", "")),
        ("mcutk", report.get("mcutk") or fmt.UNKNOWN),
        ("model SHA-256", report["model_sha256"]),
        ("firmware SHA-256", report["firmware_sha256"]),
        ("runtime", report["runtime"]),
        ("optimized for", report.get("optimize", "")),
        ("link", f"{link['bytes_sent']:,} bytes sent, {link['bytes_received']:,} received, {link['retries']} retries, "
                 f"{link['seconds']:.1f} s"),
    ]  # fmt: skip
    return table(("", ""), rows, left=2)


def evaluation(report: Mapping[str, Any]) -> str:
    """The page of an evaluation, from a document of schema ``mcutk.eval/1``."""
    accuracy = report["accuracy"]
    items = [
        Card(f"{pair.replace('-', ' ≠ ')}", str(wrong), f"of {report['samples']} outputs", "bad" if wrong else "good")
        for pair, wrong in report["mismatches"].items()
    ]
    for name in ("int8", "float"):
        low, high = accuracy.get(f"{name}_ci95") or (None, None)
        if accuracy[name] is not None:
            items.append(
                Card(f"accuracy, {name}", fmt.percent(accuracy[name]), f"95 % interval {fmt.interval(low, high)}")
            )
    sections = [
        Section("", cards(items)),
        Section("Float against int8 on the same images", _paired(report.get("float_vs_int8"))),
        Section("Confusion matrix, int8", confusion(report.get("confusion"))),
        Section("Confusion matrix, float", confusion(_float_confusion(report.get("confusion")))),
        Section("Sensitivity and specificity by class, with 95 % intervals", per_class(report["per_class"])),
        Section("Calibration, int8", _reliability(report)),
        *(Section(f"Threshold sweep: {row['class']}", _sweep(row)) for row in report.get("threshold_sweep", ())),
        Section("Sizes", table(("", ""), [(k.replace("_", " "), f"{v:,}") for k, v in report["sizes"].items()])),
        Section("Where this comes from", table(("", ""), _origin(report), left=2)),
    ]
    subtitle = f"{report['samples']} samples on " + ", ".join(report["references"])
    if report.get("external"):
        subtitle += f"; external images {report['external']}"
    name = f"{report.get('recipe') or report.get('model', 'model')}: evaluation"
    return page(name, subtitle, sections, SYNTHETIC if report.get("synthetic") else "")


def _origin(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("command", str(report.get("command", ""))), ("model SHA-256", str(report["model_sha256"]))]


def _float_confusion(found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if not found or "float_counts" not in found:
        return None
    return {"classes": found["classes"], "counts": found["float_counts"]}


def _paired(versus: Mapping[str, Any] | None) -> Markup:
    if not versus:
        return Markup("")
    low, high = versus["difference_ci90"]
    rows = [
        ("difference of accuracy, float - int8", f"{100 * versus['difference']:+.2f} points"),
        ("its 90 % interval", f"{100 * low:+.2f} to {100 * high:+.2f} points"),
        ("McNemar's exact test", f"p = {versus['mcnemar_p']:.3g}"),
        (
            f"equivalence within ±{fmt.percent(versus['equivalence_margin'], 1)}",
            f"{'shown' if versus['equivalent'] else 'not shown'} (p = {versus['equivalence_p']:.3g})",
        ),
        ("only float right", versus["only_float_right"]),
        ("only int8 right", versus["only_int8_right"]),
        ("both wrong alike", f"{versus['both_wrong_alike']} ({fmt.percent(versus['both_wrong_alike_share'])})"),
    ]
    return table(("", ""), rows)


def _reliability(report: Mapping[str, Any]) -> Markup:
    points = report.get("reliability")
    if not points:
        return Markup("")
    drawn = [
        charts.Series("accuracy", [(p["confidence"], p["accuracy"]) for p in points]),
        charts.Series("perfect", [(p["confidence"], p["confidence"]) for p in points]),
    ]
    said = ", ".join(f"{name} {fmt.percent(value)}" for name, value in report["calibration_error"].items())
    chart = charts.lines(drawn, "reliability diagram", "confidence", "accuracy", (0.0, 1.0))
    return chart + charts.element("p", f"Expected calibration error: {said}", class_="soft")


def _sweep(row: Mapping[str, Any]) -> Markup:
    drawn = [
        charts.Series(key, [(p["threshold"], p[key]) for p in row["points"]])
        for key in ("sensitivity", "specificity", "precision")
    ]
    best = row["best"]
    said = "It is chosen on these very images: confirm it on others."
    if best is not None:
        said = f"Youden's J is largest at {best['threshold']:.2f}: {best['youden_j']:.3f}. {said}"
    chart = charts.lines(drawn, f"threshold sweep of {row['class']}", "threshold", "share", (0.0, 1.0))
    return chart + charts.element("p", said, class_="soft")
