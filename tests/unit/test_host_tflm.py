"""The runtime of TensorFlow Lite Micro: messages when it is missing or refuses a model."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import ModelError, ToolMissingError
from mcu_toolkit.host import tflm
from mcu_toolkit.host.tflm import TflmRuntime
from tests.support.tflite_writer import SubgraphSpec, write_model


def model(**changes: object) -> bytes:
    graph = SubgraphSpec()
    graph.tensor((1, 4), scale=[0.5], zero_point=[3])
    graph.tensor((1, 4), **{"scale": [1 / 256], "zero_point": [-128], **changes})
    graph.node("LOGISTIC", [0], [1])
    graph.inputs, graph.outputs = [0], [1]
    return write_model(graph)


def test_missing_package_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflm, "_PACKAGE", "no_such_package")
    with pytest.raises(ToolMissingError) as caught:
        TflmRuntime(model())
    assert "pip install" in str(caught.value)


def test_missing_file_is_a_model_error(tmp_path: Path) -> None:
    pytest.importorskip("tflite_micro", reason="needs the package tflite-micro")
    with pytest.raises(ModelError):
        TflmRuntime(tmp_path / "nothing.tflite")


def test_model_that_the_interpreter_refuses() -> None:
    pytest.importorskip("tflite_micro", reason="needs the package tflite-micro")
    assert TflmRuntime(model()).run(np.zeros((2, 4), np.int8)).shape == (2, 4)
    with pytest.raises(ModelError, match="refuses"):
        TflmRuntime(model(zero_point=[0]))


def _child(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Stand in for the interpreter's process."""
    script = folder / "child.py"
    script.write_text(f"import os, sys, time, signal\n{body}\n")
    monkeypatch.setattr(tflm, "_CHILD", tflm._Child(script))


@pytest.mark.parametrize(
    ("body", "received"),
    [
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)", "did not answer in time and was stopped"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("os.write(1, b'\\xff' * 8)\ntime.sleep(600)", "sent too much"),
        ("sys.exit(3)", "exit code 3"),
    ],
)
def test_an_interpreter_that_hangs_crashes_or_floods_is_ended(
    body: str, received: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tflite_micro", reason="needs the package tflite-micro")
    _child(tmp_path, monkeypatch, body)
    monkeypatch.setattr(tflm, "_SECONDS", 1.0)
    started = time.monotonic()
    with pytest.raises(ModelError, match="crashes or hangs") as caught:
        TflmRuntime(model())
    assert received in (caught.value.received or "")
    assert time.monotonic() - started < 10


def test_a_reply_of_another_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tflite_micro", reason="needs the package tflite-micro")
    reply = "bytes([3] + [0] * 7) + b'+ab'"
    _child(tmp_path, monkeypatch, f"while os.read(0, 1 << 20):\n    os.write(1, {reply})")
    runtime = TflmRuntime(model())
    with pytest.raises(ModelError, match="another size"):
        runtime.run(np.zeros((1, 4), np.int8))
