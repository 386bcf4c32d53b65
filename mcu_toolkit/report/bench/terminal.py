"""A bench record on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from mcu_toolkit.records.bench import BenchRecord, ProfileRow, StreamCheck
from mcu_toolkit.records.latency import Latency
from mcu_toolkit.records.statistics import FloatVersusInt8
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.sheet import Sheet
from mcu_toolkit.report.tables import class_table, flash_row, grid, ram_row, table

Row = tuple[str, str, str]


def bench_text(record: BenchRecord, page: str = "") -> RenderableType:
    """The whole report: the verdict first.

    Args:
        record: what was measured.
        page: path of the HTML report; empty where there is none.
    """
    figures = grid()
    rows = [*_accuracy_rows(record), _latency_row(record), *cycles_rows(record.latency)]
    for row in (*rows, flash_row(record.memory.flash), ram_row(record.memory.ram)):
        figures.add_row(*row)
    parts: list[RenderableType] = [_headline(record, page), Text(""), figures]
    if record.per_class:
        parts += [Text(""), class_table(record.per_class)]
    if record.profile:
        parts += [Text(""), profile_table(record.profile, record.latency.unit)]
    return Group(*parts)


def _headline(record: BenchRecord, page: str) -> Text:
    text = Text.assemble((record.board, "bold"), f"  {record.board_name}")
    if record.recipe:
        text.append(f"\n{record.recipe}")
    if record.synthetic:
        text.append("  synthetic images", style="yellow")
    text.append("\n").append_text(_verdict(record))
    if page:
        text.append(f"\nreport  {page}")
    return text


def _verdict(record: BenchRecord) -> Text:
    """Whether the device gave the host's bytes, and how good the answers are."""
    inputs = "images" if record.random_seed is None else "random inputs"
    if record.mismatches:
        text = Text(f"{record.mismatches} mismatches in {record.samples} {inputs}", "red")
    else:
        text = Text(f"exact: 0 mismatches in {record.samples} {inputs}", "green")
    if record.accuracy.device is not None:
        text.append(f"; accuracy {fmt.percent(record.accuracy.device)}", style="default")
        if _at_chance(record):
            text.append(f", no better than chance ({fmt.percent(1 / len(record.per_class))})", style="yellow")
    return text


def _at_chance(record: BenchRecord) -> bool:
    """Whether guessing would explain the accuracy: its interval includes the share of one class."""
    interval = record.accuracy.ci95
    return bool(record.per_class) and interval is not None and interval[0] <= 1 / len(record.per_class)


def _sequence_row(stream: StreamCheck) -> Row:
    wrong = stream.tflm_mismatches
    if wrong is None:
        return "sequence", fmt.UNKNOWN, "not compared with TensorFlow Lite Micro; variables kept between samples"
    colour = "red" if wrong else "green"
    remark = "mismatches with TensorFlow Lite Micro; variables kept between samples"
    return "sequence", f"[{colour}]{wrong}[/{colour}]", remark


def _accuracy_rows(record: BenchRecord) -> list[Row]:
    colour = "red" if record.mismatches else "green"
    remark = "every output byte of the device is compared with the host's"
    rows = [("mismatches", f"[{colour}]{record.mismatches}[/{colour}]", remark)]
    if record.stream is not None:
        rows.append(_sequence_row(record.stream))
    accuracy = record.accuracy
    if accuracy.device is not None:
        interval = f"95 % interval {fmt.interval(accuracy.ci95)}"
        rows.append(("accuracy, device", fmt.percent(accuracy.device), interval))
        rows.append(("accuracy, host int8", fmt.percent(accuracy.host_int8), ""))
        rows.append(("accuracy, float", fmt.percent(accuracy.float_network), _float_remark(record.float_vs_int8)))
    return rows


def _float_remark(versus: FloatVersusInt8 | None) -> str:
    if versus is None:
        return ""
    verdict = "shown" if versus.equivalent else "not shown"
    return (
        f"McNemar {fmt.probability(versus.mcnemar_p)}; equivalence to int8 within "
        f"±{fmt.percent(versus.equivalence_margin, 0)} {verdict} ({fmt.probability(versus.equivalence_p)})"
    )


def _latency_row(record: BenchRecord) -> Row:
    latency = record.latency
    spread = f"min {fmt.exact(latency.min)}, p95 {fmt.exact(latency.p95)}, max {fmt.exact(latency.max)}"
    return "latency, median", fmt.exact(latency.median), f"{latency.unit}; {spread}"


def cycles_rows(latency: Latency) -> list[Row]:
    """Estimated cycles, or why there are none; nothing on a chip, which counts its cycles itself."""
    estimate = latency.estimated_cycles
    if estimate is None:
        missing = latency.estimate_missing
        return [("estimated cycles", fmt.UNKNOWN, escape(missing.splitlines()[0]))] if missing else []
    ratio = estimate.median / estimate.instructions if estimate.instructions else 0.0
    remark = (
        f"an estimate for {estimate.core}; {ratio:.2f} per instruction; {estimate.wait_states} wait states of flash"
    )
    return [("estimated cycles", f"~{fmt.exact(estimate.median)}", remark)]


def profile_table(rows: Sequence[ProfileRow], unit: str) -> Sheet:
    """Latency of every step, with the total, and estimated cycles where they are known."""
    estimated = any(row.estimated_cycles is not None for row in rows)
    columns = ("estimated cycles",) if estimated else ()
    made = table("#", "layer", "kernel", unit, "MACs", "per MAC", "share", *columns, numbers_from=3)
    for row in rows:
        made.add_row(
            str(row.index),
            escape(row.layer),
            escape(row.kernel),
            fmt.exact(row.latency),
            fmt.exact(row.macs),
            fmt.UNKNOWN if row.per_mac is None else f"{row.per_mac:.2f}",
            fmt.percent(row.share, 1),
            *((f"~{fmt.exact(row.estimated_cycles)}",) if estimated else ()),
        )
    total, macs = sum(row.latency for row in rows), sum(row.macs for row in rows)
    per_mac = f"{total / macs:.2f}" if macs else fmt.UNKNOWN
    sums = (f"~{fmt.exact(sum(row.estimated_cycles or 0 for row in rows))}",) if estimated else ()
    made.add_row("", "total", "", fmt.exact(total), fmt.exact(macs), per_mac, "", *sums, style="bold")
    return made
