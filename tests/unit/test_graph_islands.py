"""Float32 operators between DEQUANTIZE and QUANTIZE."""

from __future__ import annotations

import pytest

from mcu_toolkit.graph.attrs import Elu
from mcu_toolkit.graph.reader import read_model
from tests.support.tflite_writer import SubgraphSpec, write_model

QUANT = {"scale": [0.05], "zero_point": [-10]}


def island(op: str, *, read_twice: bool = False, to: str = "int8") -> SubgraphSpec:
    """DEQUANTIZE, a float32 operator, QUANTIZE; optionally a second QUANTIZE of the DEQUANTIZE's output."""
    graph = SubgraphSpec()
    data, real, bent = graph.tensor((1, 8), **QUANT), graph.tensor((1, 8), "float32"), graph.tensor((1, 8), "float32")
    out = graph.tensor((1, 8), to, **QUANT)
    graph.node("DEQUANTIZE", [data], [real])
    graph.node(op, [real], [bent])
    graph.node("QUANTIZE", [bent], [out])
    graph.inputs, graph.outputs = [data], [out]
    if read_twice:
        other = graph.tensor((1, 8), **QUANT)
        graph.node("QUANTIZE", [real], [other])
        graph.outputs.append(other)
    return graph


def test_elu_is_joined_with_both_conversions() -> None:
    (node,) = read_model(write_model(island("ELU"))).nodes
    assert (node.op, node.inputs, node.outputs, node.attrs) == ("ELU", (0,), (3,), Elu(through_float=True))


def test_conversion_with_another_reader_stays() -> None:
    graph = read_model(write_model(island("ELU", read_twice=True)))
    assert [node.op for node in graph.nodes] == ["DEQUANTIZE", "ELU", "QUANTIZE"]


@pytest.mark.parametrize(("op", "to"), [("TANH", "int8"), ("ELU", "int16")])
def test_others_are_not_joined(op: str, to: str) -> None:
    graph = read_model(write_model(island(op, to=to)))
    assert [node.op for node in graph.nodes] == ["DEQUANTIZE", op, "QUANTIZE"]
