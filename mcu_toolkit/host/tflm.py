"""TensorFlow Lite Micro's interpreter on the host: the reference that the oracle is compared with."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from mcu_toolkit.errors import ModelError, ToolMissingError
from mcu_toolkit.graph.block import sample_shape
from mcu_toolkit.graph.ir import Array
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.samples import check_samples

INSTALL = "pip install 'mcu_toolkit[verify]' (Linux x86-64 only)"


def tflm_runtime() -> ModuleType:
    """The `tflite_micro` package's runtime.

    Raises:
        ToolMissingError: it is not installed or does not load; the hint is the command that installs it.
    """
    try:
        return importlib.import_module("tflite_micro.python.tflite_micro.runtime")
    except ImportError as bad:
        raise ToolMissingError(
            "TensorFlow Lite Micro's Python runtime is not installed",
            expected="the package tflite-micro",
            received=f"{type(bad).__name__}: {bad} (Python {sys.version_info[0]}.{sys.version_info[1]})",
            hint=INSTALL,
        ) from bad


class TflmRuntime:
    """A model in TensorFlow Lite Micro's interpreter, reference kernels.

    Args:
        model: path of a .tflite file, or its bytes.

    Raises:
        ToolMissingError: the package is not installed.
        ModelError: the file is damaged, or the interpreter refuses it.
    """

    def __init__(self, model: bytes | str | Path) -> None:
        self._runtime = tflm_runtime()
        self._graph = read_model(model)
        self._data = model if isinstance(model, bytes) else Path(model).read_bytes()
        self._stateful = any(tensor.variable for tensor in self._graph.tensors)
        self._preset = any(tensor.initial is not None for tensor in self._graph.tensors)
        self._interpreter = self._make()

    def _make(self) -> Any:
        room = sum(tensor.bytes for tensor in self._graph.tensors if not tensor.is_const)
        try:
            return self._runtime.Interpreter.from_bytes(self._data, arena_size=(1 << 20) + 4 * room)
        except RuntimeError as bad:
            raise ModelError("TensorFlow Lite Micro refuses the model", received=str(bad)) from bad

    def _reset(self) -> None:
        """Set the variables to their initial contents; the interpreter's own reset loses those that CALL_ONCE sets."""
        if self._preset:
            self._interpreter = self._make()
        elif self._stateful:
            self._interpreter.reset()

    def run(self, inputs: Array) -> Array:
        """The first output for each sample of a model with one input, as `Oracle.run`."""
        return self.run_all([inputs])[0]

    def run_all(self, inputs: Sequence[Array], *, keep_state: bool = False) -> list[Array]:
        """All outputs for each sample, as `Oracle.run_all`.

        Raises:
            ModelError: the samples do not fit the model, or the interpreter fails on one.
        """
        samples, count = check_samples(self._graph, inputs)
        tensors = [self._graph.tensors[index] for index in self._graph.outputs]
        results: list[list[Array]] = [[] for _ in tensors]
        for sample in range(count):
            if sample == 0 or not keep_state:
                self._reset()
            for position, array in enumerate(samples):
                self._interpreter.set_input(np.ascontiguousarray(array[sample]), position)
            try:
                self._interpreter.invoke()
            except RuntimeError as bad:
                raise ModelError("TensorFlow Lite Micro fails on the model", received=str(bad)) from bad
            for position, tensor in enumerate(tensors):
                results[position].append(np.array(self._interpreter.get_output(position)).reshape(tensor.shape))
        return [
            np.array(column, tensor.dtype.numpy).reshape(count, *sample_shape(tensor.shape))
            for column, tensor in zip(results, tensors, strict=True)
        ]
