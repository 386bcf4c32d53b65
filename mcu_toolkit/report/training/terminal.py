"""A training record on the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from mcu_toolkit.records.seeds import SeedsRecord
from mcu_toolkit.records.train import QuantizationMode, TrainRecord
from mcu_toolkit.report import format as fmt
from mcu_toolkit.report.sheet import Sheet
from mcu_toolkit.report.tables import table
from mcu_toolkit.report.training.stages import accuracy_interval, stage_name


def training_text(record: TrainRecord, seeds: SeedsRecord | None = None) -> RenderableType:
    """A training run, or the best of several.

    Args:
        record: of the run (of the best one, where there are several).
        seeds: of all runs, where there are several.
    """
    head = Text.assemble((record.recipe, "bold"), f"  {record.title}")
    if record.synthetic:
        head.append("  synthetic images", style="yellow")
    accuracies = _accuracies(record) if seeds is None else _accuracies_of_seeds(seeds)
    return Group(head, _division(record), Text(""), accuracies, Text(""), _student(record))


def _division(record: TrainRecord) -> Text:
    split, duplicates = record.split, record.split.duplicates
    counts = ", ".join(f"{count} {part}" for part, count in split.totals.items() if count)
    text = f"{counts}; {duplicates.equal} equal and {duplicates.near} near-duplicate images, kept in one part"
    if duplicates.conflicting_labels:
        text += f"; {duplicates.conflicting_labels} with conflicting labels"
    if split.skipped:
        text += f"; {split.skipped} unreadable images left out"
    return Text(text)


def _accuracies(record: TrainRecord) -> Sheet:
    made = table("held-out accuracy", "", "95 % interval")
    for stage, value in record.accuracy.items():
        interval = accuracy_interval(value, record.images)
        made.add_row(stage_name(stage), fmt.percent(value), fmt.interval(interval))
    return made


def _accuracies_of_seeds(seeds: SeedsRecord) -> Sheet:
    made = table(f"held-out accuracy, {len(seeds.seeds)} seeds", "mean", "sd", "each")
    for stage, row in seeds.accuracy.items():
        each = ", ".join(fmt.percent(value, 1) for value in row.each)
        made.add_row(stage_name(stage), fmt.percent(row.mean), fmt.percent(row.sd), each)
    return made


def _student(record: TrainRecord) -> Text:
    seconds = sum(record.seconds.values())
    trained_in = f"trained in {seconds:.0f} s; " if seconds else ""
    return Text(
        f"{fmt.kib(record.bytes)} .tflite, {fmt.exact(record.parameters.student)} parameters, "
        f"{fmt.count(record.macs)} MACs; {trained_in}int8 accuracy by {record.int8_runtime}"
    )


def modes_text(record: TrainRecord) -> RenderableType:
    """Quantization modes of a conversion side by side, the int8 model last."""
    made = table("mode", "size", "held-out accuracy")
    int8 = QuantizationMode("int8", record.bytes, record.accuracy["int8"])
    for row in (*(record.modes or ()), int8):
        made.add_row(row.mode, fmt.kib(row.bytes), fmt.percent(row.accuracy))
    return Group(Text(""), made)
