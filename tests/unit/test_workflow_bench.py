"""The verdict of a bench, and models that it refuses; tests/emulator runs one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit.errors import McutkError, ModelError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.records.bench import BenchRecord
from mcu_toolkit.workflow.bench import _require_int8_output, bench_page, require_no_mismatches
from mcu_toolkit.workspace import Workspace
from tests.support.models import tiny_model
from tests.support.records import example
from tests.support.tflite_writer import SubgraphSpec, write_model

RECORD = replace(example(BenchRecord), samples=9)


def test_mismatches_are_named() -> None:
    require_no_mismatches(replace(RECORD, mismatches=0, mismatching_samples=None))
    names = tuple(f"a/{i}.png" for i in range(7))
    with pytest.raises(McutkError, match="7 of 9 outputs") as caught:
        require_no_mismatches(replace(RECORD, mismatches=7, mismatching_samples=names))
    assert "a/4.png …" in str(caught.value) and "a/5.png" not in str(caught.value)
    assert "mcutk verify" in str(caught.value)


def test_a_float_output_is_refused() -> None:
    _require_int8_output(read_model(tiny_model()))
    g = SubgraphSpec()
    image, output = g.tensor((1, 4), scale=[0.1], zero_point=[0]), g.tensor((1, 4), "float32", name="scores")
    g.node("DEQUANTIZE", [image], [output])
    g.inputs, g.outputs = [image], [output]
    with pytest.raises(ModelError, match="'scores' is float32"):
        _require_int8_output(read_model(write_model(g)))


def test_the_page_is_written_next_to_the_record(workspace: Workspace) -> None:
    assert bench_page(workspace, "qemu-m4") == workspace.root / "mcutk-out/bench/qemu-m4/report.html"
