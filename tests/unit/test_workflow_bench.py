"""The verdict of a bench, and models that it refuses; tests/emulator runs one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit.errors import ConfigError, McutkError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.bench import BenchRecord, StreamCheck
from mcu_toolkit.workflow.bench import _require_variables, bench_page, require_no_mismatches
from mcu_toolkit.workspace import Workspace
from tests.support.models import tiny_model
from tests.support.records import example

RECORD = replace(example(BenchRecord), samples=9, stream=None)


def test_mismatches_are_named() -> None:
    require_no_mismatches(replace(RECORD, mismatches=0, mismatching_samples=None))
    names = tuple(f"a/{i}.png" for i in range(7))
    with pytest.raises(McutkError, match="7 of 9 outputs") as caught:
        require_no_mismatches(replace(RECORD, mismatches=7, mismatching_samples=names))
    assert "a/4.png …" in str(caught.value) and "a/5.png" not in str(caught.value)
    assert "mcutk verify" in str(caught.value)


def test_a_sequence_that_differs_from_the_interpreter_is_a_failure() -> None:
    same = replace(RECORD, mismatches=0, mismatching_samples=None)
    require_no_mismatches(replace(same, stream=StreamCheck(0)))
    require_no_mismatches(replace(same, stream=StreamCheck(None)))
    with pytest.raises(McutkError, match="2 of 9 outputs differ from TensorFlow Lite Micro's"):
        require_no_mismatches(replace(same, stream=StreamCheck(2)))


def test_a_model_without_variables_is_no_sequence() -> None:
    with pytest.raises(ConfigError, match="this model has none"):
        _require_variables(read_model(tiny_model()))


def test_the_page_is_written_next_to_the_record(workspace: Workspace) -> None:
    assert bench_page(workspace, "qemu-m4") == workspace.root / "mcutk-out/bench/qemu-m4/report.html"
