"""Reports as rich tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mcu_toolkit.report import format as fmt


def table(*titles: str, numbers_from: int = 1) -> Table:
    """A plain table; columns from `numbers_from` on are right-aligned."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for i, title in enumerate(titles):
        made.add_column(title, justify="right" if i >= numbers_from else "left", no_wrap=i >= numbers_from)
    return made


def bench(report: Mapping[str, Any]) -> RenderableType:
    """The whole bench report."""
    parts: list[RenderableType] = [_headline(report), Text(""), _facts(report)]
    if report["per_class"]:
        parts += [Text(""), _per_class(report)]
    if report.get("profile"):
        parts += [Text(""), profile(report["profile"], report["latency"]["unit"])]
    return Group(*parts)


def _headline(report: Mapping[str, Any]) -> Text:
    name = report.get("board_name") or report["board"]
    text = Text.assemble((str(report["board"]), "bold"), f"  {name}")
    if report.get("recipe"):
        text.append(f"\n{report['recipe']}")
        if report.get("synthetic"):
            text.append("  synthetic images", style="yellow")
    return text


def _facts(report: Mapping[str, Any]) -> Table:
    """Accuracy, latency and memory, a row each."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(justify="right", no_wrap=True)
    made.add_column(overflow="fold")
    for row in (*_accuracy_rows(report), *_latency_rows(report), *_memory_rows(report)):
        made.add_row(*row)
    return made


def _accuracy_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    samples, mismatches = report["samples"], report["mismatches"]
    colour = "red" if mismatches else "green"
    rows = [
        (
            "mismatches",
            f"[{colour}]{mismatches}[/{colour}]",
            f"of {samples} {'random inputs' if 'random_seed' in report else 'images'}, device against host, every byte",
        )
    ]
    accuracy = report["accuracy"]
    if accuracy["device"] is not None:
        low, high = accuracy["ci95"] or (None, None)
        rows.append(("accuracy, device", fmt.percent(accuracy["device"]), f"95 % interval {fmt.interval(low, high)}"))
        rows.append(("accuracy, host int8", fmt.percent(accuracy["host_int8"]), ""))
        rows.append(("accuracy, float", fmt.percent(accuracy["float"]), _float_remark(report)))
    return rows


def _float_remark(report: Mapping[str, Any]) -> str:
    versus = report.get("float_vs_int8")
    if not versus:
        return ""
    verdict = "shown" if versus["equivalent"] else "not shown"
    return (
        f"McNemar p = {versus['mcnemar_p']:.3g}; equivalence within "
        f"{fmt.percent(versus['equivalence_margin'], 0)} {verdict} (p = {versus['equivalence_p']:.3g})"
    )


def _latency_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    latency = report["latency"]
    spread = f"{latency['unit']}; min {fmt.exact(latency['min'])}, p95 {fmt.exact(latency['p95'])}, "
    return [("latency, median", fmt.exact(latency["median"]), f"{spread}max {fmt.exact(latency['max'])}")]


def _memory_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    flash, ram = report["memory"]["flash"], report["memory"]["ram"]
    return [
        (
            "flash",
            f"{fmt.exact(flash['total'])} B",
            f"weights {fmt.exact(flash['weights'])}, engine {fmt.exact(flash['engine'])}, "
            f"other {fmt.exact(flash['other'])}{_of_limit(flash)}",
        ),
        (
            "RAM",
            f"{fmt.exact(ram['total'])} B",
            f"arena {fmt.exact(ram['arena'])} (lower bound {fmt.exact(ram['arena_lower_bound'])}), "
            f"static {fmt.exact(ram['static'])}, stack peak {fmt.exact(ram['stack_peak'])}{_of_limit(ram)}",
        ),
    ]


def _of_limit(memory: Mapping[str, Any]) -> str:
    limit = memory.get("limit")
    return f"; {100 * memory['total'] / limit:.1f} % of the board's {fmt.kib(limit)}" if limit else ""


def _per_class(report: Mapping[str, Any]) -> Table:
    made = table("class", "images", "sensitivity", "specificity", "precision", "F1", "AUC")
    for row in report["per_class"]:
        auc = row.get("auc")
        made.add_row(
            escape(row["name"]),
            str(row["support"]),
            fmt.percent(row["sensitivity"]),
            fmt.percent(row["specificity"]),
            fmt.percent(row["precision"]),
            fmt.percent(row["f1"]),
            fmt.UNKNOWN if auc is None else f"{auc:.4f}",
        )
    return made


def profile(rows: list[dict[str, Any]], unit: str) -> Table:
    """The per-layer profile."""
    made = table("#", "layer", "kernel", unit, "MACs", "per MAC", "share", numbers_from=3)
    for row in rows:
        per_mac = row["per_mac"]
        made.add_row(
            str(row["index"]),
            escape(row["layer"]),
            escape(row["kernel"]),
            fmt.exact(row["latency"]),
            fmt.exact(row["macs"]),
            fmt.UNKNOWN if per_mac is None else f"{per_mac:.2f}",
            fmt.percent(row["share"], 1),
        )
    total = sum(row["latency"] for row in rows)
    macs = sum(row["macs"] for row in rows)
    per = f"{total / macs:.2f}" if macs else fmt.UNKNOWN
    made.add_row("", "total", "", fmt.exact(total), fmt.exact(macs), per, "", style="bold")
    return made


def show(console: Console, renderable: RenderableType) -> None:
    """Print one report."""
    console.print(renderable)
