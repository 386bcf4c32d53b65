"""Optimization goals, targets and compiled models."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu_toolkit.boards import load_board
from mcu_toolkit.errors import ConfigError, ModelError
from mcu_toolkit.targets.target import HOST, Optimize
from mcu_toolkit.workflow.compiled import compile_source, goal, read_graph, target_for
from mcu_toolkit.workflow.sources import ModelSource
from tests.support.models import tiny_model


@pytest.mark.parametrize("name", [each.value for each in Optimize])
def test_goals_are_found_by_name(name: str) -> None:
    assert goal(name).value == name


def test_an_unknown_goal_names_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="no optimization goal 'balance'") as caught:
        goal("balance")
    assert caught.value.hint == "did you mean 'balanced'?"


def test_the_target_of_a_board_has_its_instruction_set_and_core() -> None:
    target = target_for(load_board("qemu-m55"), Optimize.RAM)
    assert (target.isa.id, target.core, target.optimize) == ("mve", "cortex-m55", Optimize.RAM)


def test_a_file_that_is_not_a_model_is_refused() -> None:
    with pytest.raises(ModelError):
        read_graph(ModelSource("file", Path("m.tflite"), b"not a model"))


def test_the_name_is_the_prefix_of_the_generated_files() -> None:
    source = ModelSource("file", Path("m.tflite"), tiny_model())
    files = compile_source(source, HOST, name="detector").files
    assert "detector.h" in files and "model.h" not in files
    assert "detector_data.c" not in files
    assert "detector_data.c" in compile_source(source, HOST, name="detector", with_data=True).files
