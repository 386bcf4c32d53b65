"""Reports as rich tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mcu_toolkit.records.build import BuildRecord
from mcu_toolkit.records.inspect import OperatorsRecord
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
    made = _grid()
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
            f"other {fmt.exact(flash['other'])}{_of_limit(flash['total'], flash['limit'])}",
        ),
        (
            "RAM",
            f"{fmt.exact(ram['total'])} B",
            f"arena {fmt.exact(ram['arena'])} (live-tensor bound {fmt.exact(ram['no_overlap'])}), "
            f"static {fmt.exact(ram['static'])}, stack peak {fmt.exact(ram['stack_peak'])} (at most "
            f"{fmt.exact(ram.get('stack_bound'))}){_of_limit(ram['total'], ram['limit'])}",
        ),
    ]


def _of_limit(total: int, limit: int) -> str:
    return f"; {100 * total / limit:.1f} % of the board's {fmt.kib(limit)}"


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


def build(record: BuildRecord) -> RenderableType:
    """Flash and RAM of a build beside the board's limits."""
    flash, ram = record.memory.flash, record.memory.ram
    made = _grid()
    made.add_row(
        "flash",
        f"{fmt.exact(flash.total)} B",
        f"weights {fmt.exact(flash.weights)}, engine {fmt.exact(flash.engine)}, "
        f"other {fmt.exact(flash.other)}{_of_limit(flash.total, flash.limit)}",
    )
    made.add_row(
        "RAM",
        f"{fmt.exact(ram.total)} B",
        f"arena {fmt.exact(ram.arena)}, static {fmt.exact(ram.static)}, "
        f"stack {fmt.exact(ram.stack)} (at most {fmt.exact(ram.stack_bound)}){_of_limit(ram.total, ram.limit)}",
    )
    if record.macs:
        made.add_row("MACs", fmt.exact(record.macs), f"optimized for {record.optimize}")
    return made


def evaluation(report: Mapping[str, Any]) -> RenderableType:
    """The whole evaluation report."""
    parts: list[RenderableType] = [_evaluation_head(report), Text("")]
    made = _grid()
    for pair, wrong in report["mismatches"].items():
        colour = "red" if wrong else "green"
        made.add_row(f"{pair.replace('-', ' ≠ ')}", f"[{colour}]{wrong}[/{colour}]", f"of {report['samples']} outputs")
    for name, reason in report["absent"].items():
        made.add_row(name, fmt.UNKNOWN, escape(reason))
    accuracy = report["accuracy"]
    if accuracy["int8"] is not None:
        for name in ("float", "int8"):
            low, high = accuracy.get(f"{name}_ci95") or (None, None)
            made.add_row(f"accuracy, {name}", fmt.percent(accuracy[name]), f"95 % interval {fmt.interval(low, high)}")
        for name, value in report["calibration_error"].items():
            made.add_row(f"calibration error, {name}", fmt.percent(value), "expected, 15 bins")
    for row in (*_versus_rows(report), *_size_rows(report["sizes"])):
        made.add_row(*row)
    parts.append(made)
    if report["per_class"]:
        parts += [Text(""), _per_class(report)]
    for row in report.get("threshold_sweep", ()):
        parts += [Text(""), _sweep(row)]
    return Group(*parts)


def _evaluation_head(report: Mapping[str, Any]) -> Text:
    text = Text(str(report.get("model", "model")), style="bold")
    if report.get("recipe"):
        text.append(f"  {report['recipe']}", style="not bold")
    if report.get("synthetic"):
        text.append("  synthetic images", style="yellow not bold")
    if report.get("external"):
        text.append(f"\nexternal images: {report['external']}", style="not bold")
    return text


def _versus_rows(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    versus = report.get("float_vs_int8")
    if not versus:
        return []
    low, high = versus["difference_ci90"]
    verdict = "equivalent" if versus["equivalent"] else "equivalence not shown"
    proof = f"p = {versus['equivalence_p']:.3g}, margin ±{fmt.percent(versus['equivalence_margin'], 1)}"
    return [
        (
            "float - int8",
            f"{100 * versus['difference']:+.2f} pt",
            f"90 % interval {100 * low:+.2f} to {100 * high:+.2f}; {verdict} ({proof})",
        ),
        (
            "McNemar, exact",
            f"p = {versus['mcnemar_p']:.3g}",
            f"only float right {versus['only_float_right']}, only int8 right {versus['only_int8_right']}",
        ),
        (
            "both wrong alike",
            fmt.percent(versus["both_wrong_alike_share"]),
            f"{versus['both_wrong_alike']} images with the same wrong class; both wrong {versus['both_wrong']}",
        ),
    ]


def _size_rows(sizes: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        ("size on disk", f"{fmt.exact(sizes['file_bytes'])} B", "the .tflite file"),
        (
            "parameters",
            fmt.exact(sizes["parameters"]),
            f"{fmt.exact(sizes['weights_bytes'])} bytes of weights and biases",
        ),
        ("RAM at inference", f"{fmt.exact(sizes['arena_bytes'])} B", "arena of the generated C, portable kernels"),
    ]


def _sweep(row: Mapping[str, Any]) -> Table:
    made = table(f"{row['class']}: call it at", "sensitivity", "specificity", "precision", "Youden J")
    best = (row["best"] or {}).get("threshold")
    for point in row["points"]:
        chosen = point["threshold"] == best
        cells = [fmt.percent(point[key], 1) for key in ("sensitivity", "specificity", "precision")]
        youden = fmt.UNKNOWN if point["youden_j"] is None else f"{point['youden_j']:.3f}"
        made.add_row(
            f"{point['threshold']:.2f}{' *' if chosen else ''}", *cells, youden, style="bold" if chosen else None
        )
    return made


def inspection(report: Mapping[str, Any]) -> RenderableType:
    """A model: its totals, its nodes, what is unsupported."""
    parts: list[RenderableType] = [_inspection_totals(report), Text(""), _nodes(report["nodes"])]
    if report.get("modes"):
        parts += [Text(""), _modes(report["modes"])]
    if report["unsupported"]:
        made = table("node", "unsupported operator", "why", numbers_from=9)
        for row in report["unsupported"]:
            made.add_row(str(row["node"]), f"[red]{escape(row['operator'])}[/red]", escape(row["reason"]))
        parts += [Text(""), made]
    return Group(*parts)


def _inspection_totals(report: Mapping[str, Any]) -> Table:
    macs, ram, weights = report["macs"], report["ram"], report["weights_bytes"]
    made = _grid()
    for word, borders in (("input", report["inputs"]), ("output", report["outputs"])):
        for border in borders:
            shape = "×".join(map(str, border["shape"])) or "scalar"
            scale = "" if border["scale"] is None else f"scale {border['scale']:.6g}, zero_point {border['zero_point']}"
            made.add_row(word, shape, f"{border['dtype']} {scale}  {escape(border['name'])}")
    made.add_row("MACs", fmt.exact(macs["model"]), f"after passes {fmt.exact(macs['after_passes'])}")
    made.add_row("weights", f"{fmt.exact(weights['model'])} B", f"after passes {fmt.exact(weights['after_passes'])} B")
    proved = "; proved least for these kernels" if ram["arena_optimal"] else ""
    made.add_row("arena", f"{fmt.exact(ram['arena'])} B", f"live-tensor bound {fmt.exact(ram['no_overlap'])}{proved}")
    if report.get("cost_estimate") is not None:
        target = report["target"]
        made.add_row(
            "instructions",
            f"~{fmt.count(report['cost_estimate'])}",
            f"estimated for {target['core']} ({target['isa']}, {target['optimize']}), not measured",
        )
    return made


def _nodes(rows: list[dict[str, Any]]) -> Table:
    made = table("#", "operator", "kernel", "output", "MACs", "weights", "arena at", "live", "scratch", numbers_from=4)
    for row in rows:
        gone = row["macs_after_passes"] == 0 and row["kernel"] is None
        macs = fmt.exact(row["macs"])
        if row["macs_after_passes"] is not None and row["macs_after_passes"] != row["macs"]:
            macs += f" → {fmt.exact(row['macs_after_passes'])}"
        live = fmt.UNKNOWN if row["live"] is None else f"{row['live'][0]}-{row['live'][1]}"
        made.add_row(
            str(row["index"]),
            escape(row["operator"]),
            escape(row["kernel"] or ("folded away" if gone else fmt.UNKNOWN)),
            "×".join(map(str, row["shape"])),
            macs,
            fmt.exact(row["weights_bytes"]),
            fmt.exact(row["arena_offset"]) + (" in place" if row["in_place"] else ""),
            live,
            fmt.exact(row["scratch_bytes"]),
            style="dim" if gone else None,
        )
    return made


def _modes(modes: Mapping[str, Mapping[str, int]]) -> Table:
    made = table("--optimize", "arena", "instructions (estimate)", "weights", "other constants")
    for name, row in modes.items():
        cost = f"~{fmt.count(row['cost_estimate'])}"
        made.add_row(name, f"{row['arena']:,} B", cost, f"{row['weights_bytes']:,} B", f"{row['table_bytes']:,} B")
    return made


def operators(record: OperatorsRecord) -> RenderableType:
    """The supported operators, one row each."""
    made = table("operator", "what is supported", numbers_from=9)
    for row in record.operators:
        made.add_row(row.operator, escape(row.forms))
    return made


def _grid() -> Table:
    """Name, figure, remark; a row each."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(justify="right", no_wrap=True)
    made.add_column(overflow="fold")
    return made
