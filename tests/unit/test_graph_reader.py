"""Graphs that the reader gives for good files, and its errors for bad ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcu_toolkit.errors import ModelError, UnsupportedError
from mcu_toolkit.graph import attrs as a
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.reader import read_model
from tests.support.tflite_writer import SubgraphSpec, write_model

QUANT = {"scale": [0.5], "zero_point": [3]}


def relu_model(**changes: object) -> SubgraphSpec:
    """One RELU from tensor 0 to tensor 1; `changes` are fields of tensor 0."""
    graph = SubgraphSpec()
    graph.tensor((1, 4), **QUANT)
    graph.tensor((1, 4), **QUANT)
    graph.node("RELU", [0], [1])
    graph.inputs, graph.outputs = [0], [1]
    for key, value in changes.items():
        setattr(graph.tensors[0], key, value)
    return graph


def refusal(data: bytes) -> ModelError:
    with pytest.raises(ModelError) as caught:
        read_model(data)
    assert caught.value.offset is not None or caught.value.node is not None
    return caught.value


def test_convolution_is_read_field_by_field() -> None:
    graph = SubgraphSpec(name="net")
    data = graph.tensor((1, 5, 6, 3), scale=[0.25], zero_point=[-7], name="image")
    values = np.arange(4 * 2 * 3 * 3, dtype=np.int8).reshape(4, 2, 3, 3)
    weights = graph.const(values, "int8", scale=[0.1, 0.2, 0.3, 0.4], axis=0)
    bias = graph.const([1, -2, 3, -(1 << 31)], "int32", scale=[0.1] * 4)
    out = graph.tensor((1, 2, 2, 4), scale=[1.5], zero_point=[9])
    options = ((0, "i8", 1), (1, "i32", 3), (2, "i32", 2), (3, "i8", 3), (4, "i32", 1), (5, "i32", 2))
    graph.node("CONV_2D", [data, weights, bias], [out], *options)
    graph.inputs, graph.outputs = [data], [out]
    blob = write_model(graph)
    read = read_model(blob)
    assert (read.name, read.inputs, read.outputs) == ("net", (data,), (out,))
    node = read.nodes[0]
    assert (node.op, node.inputs, node.outputs, node.source) == ("CONV_2D", (data, weights, bias), (out,), 0)
    assert node.attrs == a.Conv2D(
        padding=a.Padding.VALID, stride_w=3, stride_h=2, activation=a.Activation.RELU6, dilation_w=1, dilation_h=2
    )
    assert read.tensors[data].name == "image" and read.tensors[data].shape == (1, 5, 6, 3)
    quant = read.tensors[weights].quant
    assert quant is not None and quant.per_channel and quant.axis == 0
    np.testing.assert_array_equal(quant.scale, np.array([0.1, 0.2, 0.3, 0.4], np.float32))
    held = read.tensors[weights].data
    assert held is not None
    np.testing.assert_array_equal(held, values)
    assert not held.flags.writeable
    assert read_model(blob).sha256 == read.sha256


def test_left_out_input_is_absent() -> None:
    graph = SubgraphSpec()
    data, out = graph.tensor((1, 4), **QUANT), graph.tensor((1, 2), **QUANT)
    weights = graph.const(np.ones((2, 4)), "int8", scale=[0.1])
    graph.node("FULLY_CONNECTED", [data, weights, -1], [out])
    graph.inputs, graph.outputs = [data], [out]
    read = read_model(write_model(graph))
    assert read.nodes[0].inputs == (data, weights, -1)
    assert read.nodes[0].attrs == a.FullyConnected()


def test_path_and_bytes_give_the_same_graph(tmp_path: Path) -> None:
    data = write_model(relu_model())
    path = tmp_path / "model.tflite"
    path.write_bytes(data)
    assert read_model(path).sha256 == read_model(data).sha256


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nothing\.tflite"):
        read_model(tmp_path / "nothing.tflite")


def test_shape_arithmetic_is_folded() -> None:
    graph = SubgraphSpec()
    data, shape = graph.tensor((1, 4, 3), **QUANT), graph.tensor((3,), "int32")
    graph.node("SHAPE", [data], [shape], (0, "i8", 2))
    last = graph.tensor((), "int32")
    ends = [graph.const([value], "int32") for value in (2, 3, 1)]
    graph.node("STRIDED_SLICE", [shape, *ends], [last], (4, "i32", 1))
    target = graph.tensor((2,), "int32")
    graph.node("PACK", [graph.const(-1, "int32"), last], [target], (0, "i32", 2), (1, "i32", 0))
    out = graph.tensor((4, 3), **QUANT)
    graph.node("RESHAPE", [data, target], [out])
    graph.inputs, graph.outputs = [data], [out]
    read = read_model(write_model(graph))
    assert [(node.op, node.source) for node in read.nodes] == [("RESHAPE", 3)]
    known = read.tensors[target].data
    assert known is not None and known.tolist() == [-1, 3]


def variable_model(initial: np.ndarray | None) -> bytes:
    """A variable to which ADD adds the input, and which ASSIGN_VARIABLE updates."""
    graph, once = SubgraphSpec(), SubgraphSpec(name="once")
    others = []
    if initial is not None:
        handle = once.tensor((1,), "resource")
        once.node("VAR_HANDLE", [], [handle], (1, "text", "state"))
        once.node("ASSIGN_VARIABLE", [handle, once.const(initial, "int8", **QUANT)], [])
        others.append(once)
        graph.node("CALL_ONCE", [], [], (0, "i32", 1))
    data, handle = graph.tensor((1, 4), **QUANT), graph.tensor((1,), "resource")
    held, out = graph.tensor((1, 4), **QUANT), graph.tensor((1, 4), **QUANT)
    graph.node("VAR_HANDLE", [], [handle], (1, "text", "state"))
    graph.node("READ_VARIABLE", [handle], [held])
    graph.node("ADD", [data, held], [out])
    graph.node("ASSIGN_VARIABLE", [handle, out], [])
    graph.inputs, graph.outputs = [data], [out]
    return write_model(graph, *others)


def test_variables_are_resolved() -> None:
    initial = np.array([[1, 2, 3, 4]], np.int8)
    read = read_model(variable_model(initial))
    assert [node.op for node in read.nodes] == ["READ_VARIABLE", "ADD", "ASSIGN_VARIABLE"]
    state = read.nodes[0].inputs[0]
    assert state == read.nodes[2].inputs[0]
    assert read.tensors[state].variable and read.tensors[state].dtype is DType.INT8
    np.testing.assert_array_equal(read.tensors[state].initial, initial)
    assert read_model(variable_model(None)).tensors[-1].initial is None


def test_variable_without_handle_is_refused() -> None:
    graph = relu_model()
    graph.nodes.insert(0, type(graph.nodes[0])("READ_VARIABLE", (0,), (1,)))
    assert "VAR_HANDLE" in refusal(write_model(graph)).message


def test_not_a_model() -> None:
    assert refusal(b"").offset == 4
    assert "file identifier" in str(refusal(b"PK\x03\x04" + bytes(100)))


def test_other_schema_version() -> None:
    data = bytearray(write_model(relu_model()))
    root = int.from_bytes(data[:4], "little")
    vtable = root - int.from_bytes(data[root : root + 4], "little", signed=True)
    data[root + int.from_bytes(data[vtable + 4 : vtable + 6], "little")] = 9
    assert refusal(bytes(data)).received == "9"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": (-1, 4)}, "no static shape"),
        ({"shape": (1 << 20, 1 << 20)}, "too large"),
        ({"shape": (0, 1 << 30)}, "too large"),
        ({"shape": (0, 1 << 28, 1 << 28, 1 << 28)}, "too large"),
        ({"shape": (1,) * 9}, "9 elements"),
        ({"scale": [float("nan")]}, "negative or not a number"),
        ({"scale": [-1.0]}, "negative or not a number"),
        ({"scale": [float("inf")]}, "negative or not a number"),
        ({"zero_point": [128]}, "outside int8"),
        ({"zero_point": [-129]}, "outside int8"),
        ({"scale": [0.1, 0.2, 0.3]}, "match no axis"),
        ({"data": np.zeros(3, np.int8)}, "differ in size"),
    ],
)
def test_damaged_tensors(changes: dict[str, object], words: str) -> None:
    assert words in refusal(write_model(relu_model(**changes))).message


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [([7], [1], "names tensor 7"), ([-1], [-1], "names tensor -1"), ([1], [1], "before it is written"),
     ([0], [0], "has a value already")],
)  # fmt: skip
def test_damaged_links(inputs: list[int], outputs: list[int], words: str) -> None:
    graph = relu_model()
    graph.nodes[0].inputs, graph.nodes[0].outputs = tuple(inputs), tuple(outputs)
    bad = refusal(write_model(graph))
    assert words in bad.message and bad.node == 0


def test_output_that_no_node_writes() -> None:
    graph = relu_model()
    graph.outputs = [graph.tensor((1, 4), **QUANT)]
    assert "written by no node" in refusal(write_model(graph)).message


@pytest.mark.parametrize("field", ["nodes", "inputs", "outputs"])
def test_model_that_computes_nothing(field: str) -> None:
    graph = relu_model()
    setattr(graph, field, [])
    assert "computes nothing" in refusal(write_model(graph)).message


def test_output_that_is_a_constant() -> None:
    """Found by fuzzing: no node computes such an output, so that the planner gave it no address."""
    graph = relu_model()
    graph.outputs.append(graph.const(np.zeros((1, 4)), "int8", **QUANT))
    assert "is a constant" in refusal(write_model(graph)).message


def test_unknown_activation_and_weights_format() -> None:
    graph = SubgraphSpec()
    data, out = graph.tensor((1, 4), **QUANT), graph.tensor((1, 2), **QUANT)
    weights = graph.const(np.ones((2, 4)), "int8", scale=[0.1])
    graph.inputs, graph.outputs = [data], [out]
    for option in ((0, "i8", 5), (1, "i8", 1)):
        graph.nodes = []
        graph.node("FULLY_CONNECTED", [data, weights], [out], option)
        with pytest.raises(UnsupportedError) as caught:
            read_model(write_model(graph))
        assert caught.value.node == 0


def test_attribute_that_is_not_a_number() -> None:
    graph = relu_model()
    graph.nodes = []
    graph.node("LEAKY_RELU", [0], [1], (0, "f32", float("nan")))
    assert "not a finite number" in refusal(write_model(graph)).message
