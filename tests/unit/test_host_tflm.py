"""The runtime of TensorFlow Lite Micro: messages when it is missing or refuses a model."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mcu_toolkit.errors import ModelError, ToolMissingError
from mcu_toolkit.host.tflm import TflmRuntime, tflm_runtime
from tests.support.tflite_writer import SubgraphSpec, write_model


def model(**changes: object) -> bytes:
    graph = SubgraphSpec()
    graph.tensor((1, 4), scale=[0.5], zero_point=[3])
    graph.tensor((1, 4), **{"scale": [1 / 256], "zero_point": [-128], **changes})
    graph.node("LOGISTIC", [0], [1])
    graph.inputs, graph.outputs = [0], [1]
    return write_model(graph)


def test_missing_package_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ToolMissingError) as caught:
        TflmRuntime(model())
    assert "pip install" in str(caught.value)


def test_missing_file_is_a_model_error(tmp_path: Path) -> None:
    pytest.importorskip("tflite_micro", reason="needs the package tflite-micro")
    with pytest.raises(ModelError):
        TflmRuntime(tmp_path / "nothing.tflite")


def test_model_that_the_interpreter_refuses() -> None:
    pytest.importorskip("tflite_micro", reason="needs the package tflite-micro")
    assert tflm_runtime()
    assert TflmRuntime(model()).run(np.zeros((2, 4), np.int8)).shape == (2, 4)
    with pytest.raises(ModelError, match="refuses"):
        TflmRuntime(model(zero_point=[0]))
