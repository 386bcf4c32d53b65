"""Evaluation on this machine: external images, verdict, arguments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcu_toolkit.data.phantom import CLASSES
from mcu_toolkit.errors import ConfigError, McutkError
from mcu_toolkit.records.codec import read
from mcu_toolkit.records.evaluation import EvaluationRecord
from mcu_toolkit.workflow.context import Context
from mcu_toolkit.workflow.evaluate import EvaluateOptions, evaluate, evaluation_page, require_agreement
from mcu_toolkit.workflow.samples import SampleChoice
from tests.support.models import tiny_model, write_images
from tests.support.records import example


def test_references_that_differ_are_named() -> None:
    record = replace(example(EvaluationRecord), samples=9)
    require_agreement(replace(record, mismatches={"oracle-c": 0, "oracle-tflm": 0}))
    with pytest.raises(McutkError, match="differ") as caught:
        require_agreement(replace(record, mismatches={"oracle-c": 2, "oracle-tflm": 0}))
    assert caught.value.received == "oracle-c: 2 of 9"


@pytest.mark.parametrize("samples", [SampleChoice(random=1), SampleChoice(Path("images"))])
def test_external_images_cannot_be_combined_with_other_inputs(samples: SampleChoice) -> None:
    with pytest.raises(ConfigError, match="--external"):
        EvaluateOptions(samples=samples, external=Path("other"))


def test_external_images_are_counted_and_their_folder_is_recorded(ctx: Context) -> None:
    folder = write_images(ctx.workspace.root / "other", classes=CLASSES, count=2)
    record = evaluate(ctx, EvaluateOptions(external=folder))
    assert (record.samples, record.external, record.also_in_training) == (2 * len(CLASSES), str(folder), 0)
    assert record.recipe == "phantom"
    assert not any(record.mismatches.values())
    limited = evaluate(ctx, EvaluateOptions(external=folder, samples=SampleChoice(limit=4)))
    assert [row.support for row in limited.per_class] == [1] * len(CLASSES)


def test_the_record_and_the_page_are_written(ctx: Context) -> None:
    model = ctx.workspace.root / "m.tflite"
    model.write_bytes(tiny_model())
    record = evaluate(ctx, EvaluateOptions(model, SampleChoice(random=3, seed=2)))
    assert read(EvaluationRecord, ctx.workspace.eval_dir / "eval.json") == record
    assert (record.random_seed, record.samples, record.accuracy.int8) == (2, 3, None)
    assert evaluation_page(ctx.workspace).is_file()
