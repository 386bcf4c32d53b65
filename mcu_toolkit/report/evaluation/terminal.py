"""An evaluation record on the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from mcu_toolkit.records.evaluation import EvaluationRecord, ModelSizes
from mcu_toolkit.records.statistics import FloatVersusInt8, ThresholdSweep
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.sheet import Sheet
from mcu_toolkit.report.tables import class_table, grid, table

Row = tuple[str, str, str]


def evaluation_text(record: EvaluationRecord) -> RenderableType:
    """The whole report."""
    figures = grid()
    for row in (
        *_mismatch_rows(record),
        *_accuracy_rows(record),
        *_versus_rows(record.float_vs_int8),
        *_size_rows(record.sizes),
    ):
        figures.add_row(*row)
    parts: list[RenderableType] = [_headline(record), Text(""), figures]
    if record.per_class:
        parts += [Text(""), class_table(record.per_class)]
    for sweep in record.threshold_sweep or ():
        parts += [Text(""), _sweep_table(sweep)]
    return Group(*parts)


def _headline(record: EvaluationRecord) -> Text:
    text = Text(record.model, style="bold")
    if record.recipe:
        text.append(f"  {record.recipe}", style="not bold")
    if record.synthetic:
        text.append("  synthetic images", style="yellow not bold")
    if record.external:
        text.append(f"\nexternal images: {record.external}", style="not bold")
    if record.also_in_training:
        remark = f"{record.also_in_training} of them are equal to training images"
        text.append(f"; {remark}", style="yellow not bold")
    return text


def _mismatch_rows(record: EvaluationRecord) -> list[Row]:
    rows = []
    for pair, wrong in record.mismatches.items():
        colour = "red" if wrong else "green"
        rows.append((pair.replace("-", " ≠ "), f"[{colour}]{wrong}[/{colour}]", f"of {record.samples} outputs"))
    return rows + [(name, fmt.UNKNOWN, escape(reason)) for name, reason in record.absent.items()]


def _accuracy_rows(record: EvaluationRecord) -> list[Row]:
    accuracy = record.accuracy
    if accuracy.int8 is None:
        return []
    rows = [
        (f"accuracy, {name}", fmt.percent(value), f"95 % interval {fmt.interval(interval)}")
        for name, value, interval in (
            ("float", accuracy.float_network, accuracy.float_ci95),
            ("int8", accuracy.int8, accuracy.int8_ci95),
        )
    ]
    errors = record.calibration_error or {}
    return rows + [(f"calibration error, {name}", fmt.percent(value), "15 bins") for name, value in errors.items()]


def _versus_rows(versus: FloatVersusInt8 | None) -> list[Row]:
    if versus is None:
        return []
    low, high = versus.difference_ci90
    verdict = "equivalent" if versus.equivalent else "equivalence not shown"
    proof = f"{fmt.probability(versus.equivalence_p)}, margin ±{fmt.percent(versus.equivalence_margin, 1)}"
    return [
        (
            "float - int8",
            f"{fmt.points(versus.difference)} pt",
            f"90 % interval {fmt.points(low)} to {fmt.points(high)}; {verdict} ({proof})",
        ),
        (
            "McNemar, exact",
            fmt.probability(versus.mcnemar_p),
            f"only float right {versus.only_float_right}, only int8 right {versus.only_int8_right}",
        ),
        (
            "both wrong alike",
            fmt.percent(versus.both_wrong_alike_share),
            f"{versus.both_wrong_alike} images with the same wrong class; both wrong {versus.both_wrong}",
        ),
    ]


def _size_rows(sizes: ModelSizes) -> list[Row]:
    return [
        ("size on disk", f"{fmt.exact(sizes.file_bytes)} B", "the .tflite file"),
        ("parameters", fmt.exact(sizes.parameters), f"{fmt.exact(sizes.weights_bytes)} bytes of weights and biases"),
        ("RAM at inference", f"{fmt.exact(sizes.arena_bytes)} B", "arena of the generated C, portable kernels"),
    ]


def _sweep_table(sweep: ThresholdSweep) -> Sheet:
    made = table(f"{sweep.class_name}, threshold", "sensitivity", "specificity", "precision", "Youden J")
    for point in sweep.points:
        chosen = point == sweep.best
        cells = [fmt.percent(value, 1) for value in (point.sensitivity, point.specificity, point.precision)]
        youden = fmt.UNKNOWN if point.youden_j is None else f"{point.youden_j:.3f}"
        threshold = f"{point.threshold:.2f}{' *' if chosen else ''}"
        made.add_row(escape(threshold), *cells, youden, style="bold" if chosen else None)
    return made
