"""The inspection report on the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcu_toolkit.records.inspect import (
    BeforeAndAfter,
    CompileTarget,
    InspectedBorder,
    InspectedNode,
    InspectedRam,
    InspectRecord,
    ModeFigures,
    OperatorRow,
    OperatorsRecord,
    UnsupportedNode,
)
from mcu_toolkit.report.inspection import inspection_text, operators_text
from tests.support.terminal import shown

NODE = InspectedNode(
    index=0, operator="CONV_2D", name="out", shape=(1, 4, 4, 8), macs=1_000, weights_bytes=80, steps=(0,),
    macs_after_passes=900, shape_after_passes=(1, 4, 4, 8), kernel="mcutk_conv", cost_estimate=5_000,
    arena_offset=16, scratch_bytes=0, in_place=True, live=(0, 1),
)  # fmt: skip


@pytest.fixture
def record() -> InspectRecord:
    """A model of one node that can be compiled."""
    border = InspectedBorder("image [x]", (1, 8, 8, 3), "int8", 0.5, -128)
    return InspectRecord(
        supported=True, model="net.tflite", model_sha256="a" * 64, target=CompileTarget("dsp", "cortex-m4", "balanced"),
        inputs=(border,), outputs=(replace(border, scale=None, zero_point=None),), macs=BeforeAndAfter(1_000, 900),
        ram=InspectedRam(2_048, 3_000, 3_100, 2_048, True), weights_bytes=BeforeAndAfter(80, 80), table_bytes=48,
        cost_estimate=5_000, unsupported=(), nodes=(NODE,),
    )  # fmt: skip


def test_totals_and_nodes_are_shown(record: InspectRecord) -> None:
    text = shown(inspection_text(record))
    assert "net.tflite  supported" in text
    assert "zero point" in text and "image [x]    0.5        -128" in text
    assert "live-tensor bound 3,000; proved to be the least" in text
    assert "estimated for cortex-m4 (dsp, balanced), not measured" in text
    assert "1,000 → 900" in text and "16 in place" in text


def test_a_node_that_a_pass_removed_is_folded_away(record: InspectRecord) -> None:
    gone = replace(NODE, kernel=None, macs_after_passes=0, live=None, arena_offset=None, in_place=None)
    assert "folded away" in shown(inspection_text(replace(record, nodes=(gone,))))


def test_modes_are_side_by_side(record: InspectRecord) -> None:
    text = shown(inspection_text(replace(record, modes={"ram": ModeFigures(1, 2, 3, 4)})))
    assert "--optimize" in text and "1 B" in text and "4 B" in text


def test_the_verdict_of_an_unsupported_model_comes_first(record: InspectRecord) -> None:
    bad = replace(
        record, supported=False, cost_estimate=None, ram=InspectedRam(None, 1, 1, None, None),
        unsupported=tuple(
            UnsupportedNode(node, "CONV_3D", "depth" if node == 2 else "no kernel [x]") for node in (0, 1, 2, 4)
        ),
    )  # fmt: skip
    text = shown(inspection_text(bad))
    assert text.startswith("net.tflite  not supported: 2 reasons")
    assert text.count("no kernel [x]") == 1 and "nodes 0-1, 4" in text and "node 2" in text
    assert text.index("no kernel") < text.index("image [x]") and "instructions" not in text


def test_a_model_that_is_refused_as_a_whole_has_its_reason_and_nothing_else(record: InspectRecord) -> None:
    bad = replace(
        record, supported=False, cost_estimate=None, inputs=(), outputs=(), nodes=(),
        unsupported=(UnsupportedNode(None, "MODEL", "the model computes in float32"),),
    )  # fmt: skip
    text = shown(inspection_text(bad))
    assert text.startswith("net.tflite  not supported: 1 reason\n") and "the model computes in float32" in text
    assert "MACs" not in text


def test_operators_are_listed_with_their_forms() -> None:
    text = shown(operators_text(OperatorsRecord((OperatorRow("ADD", "int8 [any]"),))))
    assert "ADD" in text and "int8 [any]" in text
