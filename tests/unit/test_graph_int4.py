"""INT4 constants: two per byte, read as int8 by the operators that TensorFlow Lite Micro lets read them."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.int4 import unpacked
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from tests.support.tflite_writer import SubgraphSpec, write_model


def dense(dtype: str = "int8", *, added: bool = False, values: np.ndarray | None = None) -> bytes:
    """FULLY_CONNECTED with int4 weights [3, 5]; with `added`, an ADD reads the same constant."""
    graph = SubgraphSpec()
    data = graph.tensor((1, 5), dtype, scale=[0.1], zero_point=[0])
    weights = graph.const(
        np.arange(-8, 7).reshape(3, 5) if values is None else values, "int4", scale=[0.1], zero_point=[0]
    )
    out = graph.tensor((1, 3), dtype, scale=[0.1], zero_point=[0])
    graph.inputs, graph.outputs = [data], [out]
    graph.node("FULLY_CONNECTED", [data, weights], [out], (0, "i8", 0), (1, "i8", 0))
    if added:
        total = graph.tensor((3, 5), "int8", scale=[0.1], zero_point=[0])
        graph.node("ADD", [weights, weights], [total])
        graph.outputs.append(total)
    return write_model(graph)


def test_the_first_of_two_is_in_the_low_bits() -> None:
    assert unpacked(np.array([0x8F, 0x07], np.uint8), 3).tolist() == [-1, -8, 7]


def test_weights_are_read_as_int8() -> None:
    graph = read_model(dense())
    (weights,) = (tensor for tensor in graph.tensors if tensor.is_const)
    assert weights.dtype is DType.INT8 and weights.data is not None
    assert weights.data.tolist() == np.arange(-8, 7).reshape(3, 5).tolist()
    assert (weights.file_bytes, weights.bytes) == (8, 15)
    assert unsupported(graph) == ()


@pytest.mark.parametrize(("model", "reason"), [(dense("int16"), "int4"), (dense(added=True), "INT4")])
def test_int4_elsewhere_is_refused(model: bytes, reason: str) -> None:
    problems = unsupported(read_model(model))
    assert problems and all(reason in problem.reason for problem in problems)


def test_a_buffer_of_another_size_is_an_error() -> None:
    model = dense(values=np.zeros((3, 5)))
    cut = model.replace(np.int32(8).tobytes() + bytes(8), np.int32(7).tobytes() + bytes(8))
    assert cut != model
    with pytest.raises(ModelError, match="differ in size"):
        read_model(cut)
