"""Models that are refused as a whole: one line that names what the model is and the one thing to do."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.errors import ModelError
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import unsupported
from tests.support.tflite_writer import SubgraphSpec, write_model

QUANT = {"scale": [0.5], "zero_point": [3]}


def refusal(graph: SubgraphSpec) -> str:
    with pytest.raises(ModelError) as caught:
        read_model(write_model(graph))
    text = str(caught.value)
    assert "\n" not in text
    return text


def one_node(op: str, dtype: str = "int8", weights: str = "", quant: bool = True) -> SubgraphSpec:
    """A model of one node, with weights [2, 4] of a type where `weights` names one."""
    graph = SubgraphSpec()
    kind = QUANT if quant else {}
    data, out = graph.tensor((1, 4), dtype, **kind), graph.tensor((1, 2), dtype, **kind)
    inputs = [data]
    if weights:
        values = np.ones((2, 4), weights)
        inputs.append(graph.const(values, weights, **({} if "float" in weights else {"scale": [0.1]})))
    graph.node(op, inputs, [out])
    graph.inputs, graph.outputs = [data], [out]
    return graph


@pytest.mark.parametrize(
    ("graph", "what", "todo"),
    [
        (one_node("CUSTOM(ethos-u)"), "compiled by Vela", "that Vela was given"),
        (one_node("CUSTOM(FlexTensorListStack)"), "FlexTensorListStack", "unroll"),
        (one_node("BUILTIN_119"), "control flow (WHILE)", "unrolled"),
        (one_node("FULLY_CONNECTED", "uint8", "uint8"), "legacy uint8", "mcutk convert"),
        (one_node("FULLY_CONNECTED", "float32", "float16", quant=False), "float16", "mcutk convert"),
        (one_node("FULLY_CONNECTED", "float32", "int8", quant=False), "hybrid", "mcutk convert"),
        (one_node("RELU", "float32", quant=False), "float32", "mcutk convert"),
    ],
)
def test_kind_is_named_with_what_to_do(graph: SubgraphSpec, what: str, todo: str) -> None:
    text = refusal(graph)
    assert what in text and todo in text


def test_refusals_name_a_node() -> None:
    """Found by fuzzing: that of float16 weights did not."""
    with pytest.raises(ModelError) as caught:
        read_model(write_model(one_node("FULLY_CONNECTED", "float32", "float16", quant=False)))
    assert caught.value.node == 0


def test_tensors_of_an_accelerator_have_no_writer() -> None:
    """The scratch of Ethos-U models is written by no node: the kind is named before the order is checked."""
    graph = one_node("CUSTOM(ethos-u)")
    graph.nodes[0].inputs = (0, graph.tensor((64,), "uint8"))
    assert "Vela" in refusal(graph)


def test_open_shapes_that_do_not_fit() -> None:
    graph = SubgraphSpec()
    data = graph.tensor((1, 1, 4), **QUANT, signature=(1, -1, 4))
    out = graph.tensor((1, 8), **QUANT, name="flat", signature=(1, -1))
    graph.node("RESHAPE", [data, graph.const([1, 8], "int32")], [out], (0, "ints", [1, 8]))
    graph.inputs, graph.outputs = [data], [out]
    assert "dynamic shapes" in refusal(graph)


def test_open_shapes_that_fit() -> None:
    graph = SubgraphSpec()
    data = graph.tensor((1, 2, 4), **QUANT, signature=(1, -1, 4))
    out = graph.tensor((1, 8), **QUANT, signature=(1, -1))
    graph.node("RESHAPE", [data, graph.const([1, 8], "int32")], [out], (0, "ints", [1, 8]))
    graph.inputs, graph.outputs = [data], [out]
    assert unsupported(read_model(write_model(graph))) == ()


def test_bias_whose_axis_is_wrong() -> None:
    """As in the public person_detect model: TensorFlow Lite Micro does not read the axis of a vector."""
    graph = one_node("FULLY_CONNECTED", "int8", "int8")
    bias = graph.const(np.zeros(2), "int32", scale=[0.05, 0.06], zero_point=[0, 0], axis=3)
    graph.nodes[0].inputs = (*graph.nodes[0].inputs, bias)
    read = read_model(write_model(graph))
    assert unsupported(read) == () and read.tensors[bias].quant is not None and read.tensors[bias].quant.axis == 0
