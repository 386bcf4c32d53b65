"""An evaluation record as an HTML page."""

from __future__ import annotations

from markupsafe import Markup

from mcu_toolkit.records.evaluation import EvaluationRecord, ModelSizes
from mcu_toolkit.records.statistics import FloatVersusInt8, ThresholdSweep
from mcu_toolkit.report import charts, html
from mcu_toolkit.report import format as fmt


def evaluation_page(record: EvaluationRecord) -> str:
    """The page of an evaluation."""
    confusion = record.confusion
    classes, int8, floats = (
        ((), None, None) if confusion is None else (confusion.classes, confusion.counts, confusion.float_counts)
    )
    sections = [
        html.Section("", _cards(record)),
        html.Section("Float and int8 on the same images", _paired(record.float_vs_int8)),
        html.Section("Confusion matrix, int8", html.confusion_heat(classes, int8)),
        html.Section("Confusion matrix, float", html.confusion_heat(classes, floats)),
        html.Section("Sensitivity and specificity by class, with 95 % intervals", html.class_bars(record.per_class)),
        html.Section("Calibration, int8", _reliability(record)),
        *(html.Section(f"Thresholds: {sweep.class_name}", _sweep(sweep)) for sweep in record.threshold_sweep or ()),
        html.Section("Sizes", _sizes(record.sizes)),
        html.Section("Origin", _origin(record)),
    ]
    subtitle = f"{record.samples} samples, references: " + ", ".join(record.references)
    if record.external:
        subtitle += f"; external images {record.external}"
    title = f"{record.recipe or record.model}: evaluation"
    return html.page(title, subtitle, sections, synthetic=record.synthetic)


def _cards(record: EvaluationRecord) -> Markup:
    accuracy = record.accuracy
    items = [
        html.mismatch_card(pair.replace("-", " ≠ "), wrong, record.samples) for pair, wrong in record.mismatches.items()
    ]
    items += [
        html.Card(f"accuracy, {name}", fmt.percent(value), f"95 % interval {fmt.interval(interval)}")
        for name, value, interval in (
            ("int8", accuracy.int8, accuracy.int8_ci95),
            ("float", accuracy.float_network, accuracy.float_ci95),
        )
        if value is not None
    ]
    return html.cards(items)


def _paired(versus: FloatVersusInt8 | None) -> Markup:
    if versus is None:
        return Markup("")
    low, high = versus.difference_ci90
    verdict = "shown" if versus.equivalent else "not shown"
    rows = [
        ("difference of accuracy, float - int8", f"{fmt.points(versus.difference)} points"),
        ("its 90 % interval", f"{fmt.points(low)} to {fmt.points(high)} points"),
        ("McNemar's exact test", fmt.probability(versus.mcnemar_p)),
        (
            f"equivalence within ±{fmt.percent(versus.equivalence_margin, 1)}",
            f"{verdict} ({fmt.probability(versus.equivalence_p)})",
        ),
        ("only float right", versus.only_float_right),
        ("only int8 right", versus.only_int8_right),
        ("both wrong, same class", f"{versus.both_wrong_alike} ({fmt.percent(versus.both_wrong_alike_share)})"),
    ]
    return html.table(("", ""), rows)


def _reliability(record: EvaluationRecord) -> Markup:
    if not record.reliability:
        return Markup("")
    bins = record.reliability
    drawn = [
        charts.Series("accuracy", [(one.confidence, one.accuracy) for one in bins]),
        charts.Series("perfect", [(one.confidence, one.confidence) for one in bins]),
    ]
    errors = ", ".join(f"{name} {fmt.percent(value)}" for name, value in (record.calibration_error or {}).items())
    chart = charts.lines(drawn, "reliability diagram", "confidence", "accuracy", (0.0, 1.0))
    return chart + html.soft(f"Expected calibration error: {errors}")


def _sweep(sweep: ThresholdSweep) -> Markup:
    drawn = [
        charts.Series("sensitivity", [(point.threshold, point.sensitivity) for point in sweep.points]),
        charts.Series("specificity", [(point.threshold, point.specificity) for point in sweep.points]),
        charts.Series("precision", [(point.threshold, point.precision) for point in sweep.points]),
    ]
    said = "The best threshold is chosen on the same images: confirm it on others."
    if sweep.best is not None:
        said = f"Youden's J is largest at {sweep.best.threshold:.2f}: {sweep.best.youden_j:.3f}. {said}"
    chart = charts.lines(drawn, f"thresholds of {sweep.class_name}", "threshold", "share", (0.0, 1.0))
    return chart + html.soft(said)


def _sizes(sizes: ModelSizes) -> Markup:
    rows = [
        ("file bytes", fmt.exact(sizes.file_bytes)),
        ("parameters", fmt.exact(sizes.parameters)),
        ("weights bytes", fmt.exact(sizes.weights_bytes)),
        ("arena bytes", fmt.exact(sizes.arena_bytes)),
    ]
    return html.table(("", ""), rows)


def _origin(record: EvaluationRecord) -> Markup:
    return html.table(("", ""), [("command", record.command), ("model SHA-256", record.model_sha256)], left=2)
