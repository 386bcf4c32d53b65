"""A bench record as an HTML page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from mcu_toolkit.records.bench import BenchRecord, ProfileRow
from mcu_toolkit.records.latency import Latency
from mcu_toolkit.records.memory import FlashMemory, RamMemory
from mcu_toolkit.report import charts, html
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.bench.gallery import Shot


def bench_page(record: BenchRecord, latencies: npt.NDArray[np.int64], shots: Sequence[Shot]) -> str:
    """The page of a bench.

    Args:
        record: of the run.
        latencies: int64 [N], in the unit of the run.
        shots: images to show with the class that the device gave.
    """
    unit = record.latency.unit
    confusion = record.confusion
    sections = [
        html.Section("", _cards(record)),
        html.Section(
            "Confusion matrix", html.confusion_heat(confusion.classes, confusion.counts) if confusion else Markup("")
        ),
        html.Section("Sensitivity and specificity by class, with 95 % intervals", html.class_bars(record.per_class)),
        html.Section(f"Latency ({unit})", charts.histogram(latencies, unit, "latency histogram")),
        html.Section("Flash", _flash(record.memory.flash)),
        html.Section("RAM", _ram(record.memory.ram)),
        html.Section("Layers", profile(record.profile or (), unit)),
        html.Section("Images, with the class that the device gave", html.part("shots", shots) if shots else Markup("")),
        html.Section("Origin", _origin(record)),
    ]
    return html.page(
        f"{record.board}: {record.recipe or record.model}", record.board_name, sections, synthetic=record.synthetic
    )


def _cards(record: BenchRecord) -> Markup:
    accuracy, latency, flash, ram = record.accuracy, record.latency, record.memory.flash, record.memory.ram
    items = []
    if accuracy.device is not None:
        versus = record.float_vs_int8
        remark = "on the same images" if versus is None else f"McNemar {fmt.probability(versus.mcnemar_p)}"
        items = [
            html.Card("accuracy, device", fmt.percent(accuracy.device), f"95 % interval {fmt.interval(accuracy.ci95)}"),
            html.Card("accuracy, float network", fmt.percent(accuracy.float_network), remark),
        ]
    items += [
        html.mismatch_card("mismatches", record.mismatches, record.samples),
        *_sequence_cards(record),
        html.Card(f"latency, median ({latency.unit})", fmt.exact(latency.median), f"max {fmt.exact(latency.max)}"),
        *_cycles_cards(record.latency),
        html.Card("flash", fmt.kib(flash.total), f"engine {fmt.kib(flash.engine)}"),
        html.Card("RAM", fmt.kib(ram.total), f"arena {fmt.kib(ram.arena)}"),
    ]
    return html.cards(items)


def _sequence_cards(record: BenchRecord) -> list[html.Card]:
    """The comparison with the interpreter, of a sequence that was compared with it."""
    if record.stream is None or record.stream.tflm_mismatches is None:
        return []
    title = "mismatches with TensorFlow Lite Micro, variables kept"
    return [html.mismatch_card(title, record.stream.tflm_mismatches, record.samples)]


def _cycles_cards(latency: Latency) -> list[html.Card]:
    estimate = latency.estimated_cycles
    if estimate is None:
        return []
    remark = f"an estimate for {estimate.core}, {estimate.wait_states} wait states of flash"
    return [html.Card("estimated cycles", f"~{fmt.exact(estimate.median)}", remark)]


def _flash(flash: FlashMemory) -> Markup:
    code = flash.engine - flash.tables
    parts = {"weights": flash.weights, "tables": flash.tables, "engine code": code, "other": flash.other}
    return charts.stacked(parts, flash.limit, "flash by contents")


def _ram(ram: RamMemory) -> Markup:
    parts = {"arena": ram.arena, "static": ram.static, "stack": ram.stack}
    said = (
        f"The arena has {fmt.exact(ram.arena)} bytes; without overlaps the live tensors need "
        f"{fmt.exact(ram.no_overlap)} bytes. Stack used on the device: {fmt.exact(ram.stack_peak)} bytes."
    )
    return charts.stacked(parts, ram.limit, "RAM by contents") + html.soft(said)


def profile(rows: Sequence[ProfileRow], unit: str) -> Markup:
    """Latency of every step as bars and a table, with estimated cycles where they are known; empty without rows."""
    if not rows:
        return Markup("")
    drawn = [charts.Bar(f"{row.index} {row.layer}", float(row.latency), fmt.exact(row.latency)) for row in rows]
    estimated = any(row.estimated_cycles is not None for row in rows)
    heads = ("#", "layer", "kernel", unit, "MACs", "per MAC", "share", *(("estimated cycles",) if estimated else ()))
    cells = [
        (
            row.index,
            row.layer,
            row.kernel,
            fmt.exact(row.latency),
            fmt.exact(row.macs),
            fmt.UNKNOWN if row.per_mac is None else f"{row.per_mac:.2f}",
            fmt.percent(row.share, 1),
            *((f"~{fmt.exact(row.estimated_cycles)}",) if estimated else ()),
        )
        for row in rows
    ]
    return charts.bars(drawn, "latency by layer") + html.table(heads, cells, left=3)


def _origin(record: BenchRecord) -> Markup:
    link = record.link
    traffic = f"{link.bytes_sent:,} bytes sent, {link.bytes_received:,} received, {link.retries} retries"
    rows = [
        ("command", record.command),
        ("mcutk", record.mcutk),
        ("model SHA-256", record.model_sha256),
        ("firmware SHA-256", record.firmware_sha256),
        ("runtime", record.runtime),
        ("optimized for", record.optimize),
        ("link", f"{traffic}, {link.seconds:.1f} s"),
    ]
    return html.table(("", ""), rows, left=2)
