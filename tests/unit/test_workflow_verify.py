"""Tensors that a verification expects, and its verdict; tests/emulator runs one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import McutkError
from mcu_toolkit.records.verify import VerifyRecord
from mcu_toolkit.targets.target import PLAIN
from mcu_toolkit.workflow.compiled import compile_source
from mcu_toolkit.workflow.samples import SampleChoice
from mcu_toolkit.workflow.sources import ModelSource
from mcu_toolkit.workflow.verify import VerifyOptions, expected_tensors, require_equal
from tests.support.models import tiny_model
from tests.support.records import example


def test_the_sample_is_an_image_or_a_random_input() -> None:
    assert VerifyOptions(data=Path("images"), sample=3).choice == SampleChoice(Path("images"))
    assert VerifyOptions(random_seed=5).choice == SampleChoice(random=1, seed=5)


def test_every_step_has_a_tensor_inside_the_arena() -> None:
    compiled = compile_source(ModelSource("file", Path("m.tflite"), tiny_model()), PLAIN)
    sample = np.arange(64, dtype=np.int8).reshape(1, 8, 8, 1)
    tensors = expected_tensors(compiled, [sample])
    assert [tensor.step for tensor in tensors] == list(range(len(compiled.report.layers)))
    assert all(tensor.offset + len(tensor.data) <= compiled.plan.arena_bytes for tensor in tensors)
    assert tensors[-1].name == "scores" and len(tensors[-1].data) == 3


def test_the_first_tensor_that_differs_is_named() -> None:
    record = example(VerifyRecord)
    require_equal(replace(record, mismatch=None))
    wrong = replace(record.mismatch, layer="SOFTMAX", tensor="scores", step=1)
    with pytest.raises(McutkError, match=r"step 1 \(SOFTMAX") as caught:
        require_equal(replace(record, mismatch=wrong, compared=2))
    assert "of tensor scores" in str(caught.value) and "the 1 tensors before it agree" in str(caught.value)
