"""TensorFlow Lite Micro's interpreter on the host: the reference that the oracle is compared with.

It runs in a process of its own (`host.tflm_child`): a model file can make the interpreter crash or hang.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mcu_toolkit.errors import ModelError, ToolFailedError, ToolMissingError
from mcu_toolkit.graph.block import sample_shape
from mcu_toolkit.graph.ir import Array
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.host.samples import check_samples
from mcu_toolkit.process import Responder

INSTALL = "pip install 'mcu_toolkit[verify]' (Linux x86-64 only)"
_PACKAGE = "tflite_micro"

#: Seconds for making an interpreter and for one inference, and multiply-accumulates that take a second more on the
#: slowest machine.
_SECONDS = 30.0
_MACS_PER_SECOND = 5e6


class _Child:
    """The process of the interpreter. All models share it, because starting it takes longer than most of them."""

    def __init__(self, script: Path) -> None:
        self.program = Responder([sys.executable, str(script)])
        self.holds: object = None  # key of the `TflmRuntime` whose interpreter it holds


_CHILD = _Child(Path(__file__).with_name("tflm_child.py"))


def require_tflm() -> None:
    """Refuse to go on without the `tflite_micro` package.

    Raises:
        ToolMissingError: it is not installed; the hint is the command that installs it.
    """
    if importlib.util.find_spec(_PACKAGE) is None:
        raise ToolMissingError(
            "TensorFlow Lite Micro's Python runtime is not installed",
            expected="the package tflite-micro",
            received=f"none for Python {sys.version_info[0]}.{sys.version_info[1]}",
            hint=INSTALL,
        )


class TflmRuntime:
    """A model in TensorFlow Lite Micro's interpreter, reference kernels.

    Args:
        model: path of a .tflite file, or its bytes.

    Raises:
        ToolMissingError: the package is not installed.
        ModelError: the file is damaged, or the interpreter refuses it, crashes or hangs on it.
    """

    def __init__(self, model: bytes | str | Path) -> None:
        require_tflm()
        self._graph = read_model(model)
        self._data = model if isinstance(model, bytes) else Path(model).read_bytes()
        self._stateful = any(tensor.variable for tensor in self._graph.tensors)
        self._preset = any(tensor.initial is not None for tensor in self._graph.tensors)
        self._outputs = [self._graph.tensors[index] for index in self._graph.outputs]
        self._reply_bytes = max(1 << 16, sum(tensor.bytes for tensor in self._outputs) + 1)
        kinds = ((operator(node.op), node) for node in self._graph.nodes)
        macs = sum(k.macs(self._graph, n) for k, n in kinds if k is not None and k.check(self._graph, n) is None)
        self._key = object()
        self._timeout = _SECONDS + macs / _MACS_PER_SECOND
        self._make()

    def _make(self) -> None:
        room = sum(tensor.bytes for tensor in self._graph.tensors if not tensor.is_const)
        inputs = [self._graph.tensors[index] for index in self._graph.inputs]
        typed = (f"{tensor.dtype.numpy.str}:{','.join(map(str, tensor.shape))}" for tensor in inputs)
        header = " ".join((str((1 << 20) + 4 * room), str(len(self._outputs)), *typed))
        self._ask(b"L" + header.encode() + b"\n" + self._data, "refuses")
        _CHILD.holds = self._key

    def _ask(self, request: bytes, verb: str) -> bytes:
        """The reply of the child, without its first byte."""
        try:
            reply = _CHILD.program.ask(request, timeout=self._timeout, limit=self._reply_bytes)
        except ToolFailedError as bad:
            _CHILD.holds = None
            reason = bad.message.replace(sys.executable, "its process")
            raise ModelError("TensorFlow Lite Micro crashes or hangs on the model", received=reason) from bad
        if reply[:1] != b"+":
            raise ModelError(f"TensorFlow Lite Micro {verb} the model", received=reply[1:].decode(errors="replace"))
        return reply[1:]

    def _reset(self) -> None:
        """Set the variables to their initial contents; the interpreter's own reset loses those that CALL_ONCE sets."""
        if self._preset or _CHILD.holds is not self._key:
            self._make()
        elif self._stateful:
            self._ask(b"R", "cannot reset")

    def run(self, inputs: Array) -> Array:
        """The first output for each sample of a model with one input, as `Oracle.run`."""
        return self.run_all([inputs])[0]

    def run_all(self, inputs: Sequence[Array], *, keep_state: bool = False) -> list[Array]:
        """All outputs for each sample, as `Oracle.run_all`.

        Raises:
            ModelError: the samples do not fit the model, or the interpreter fails on one.
        """
        samples, count = check_samples(self._graph, inputs)
        expected = sum(tensor.bytes for tensor in self._outputs)
        results: list[bytes] = []
        for sample in range(count):
            if sample == 0 or not keep_state:
                self._reset()
            request = b"".join(np.ascontiguousarray(array[sample]).tobytes() for array in samples)
            reply = self._ask(b"I" + request, "fails on")
            if len(reply) != expected:
                raise ModelError(
                    "TensorFlow Lite Micro gives outputs of another size",
                    expected=f"{expected} bytes",
                    received=f"{len(reply)} bytes",
                )
            results.append(reply)
        columns, at = [], 0
        for tensor in self._outputs:
            column = b"".join(reply[at : at + tensor.bytes] for reply in results)
            columns.append(np.frombuffer(column, tensor.dtype.numpy).reshape(count, *sample_shape(tensor.shape)).copy())
            at += tensor.bytes
        return columns
