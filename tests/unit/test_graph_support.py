"""Nodes that are refused, with their messages; and the errors that `verify` finds in a broken graph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcu_toolkit.errors import CompileError, UnsupportedError
from mcu_toolkit.graph import attrs as a
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.reader import read_model
from mcu_toolkit.graph.support import require_supported, unsupported
from mcu_toolkit.graph.verify import verify
from mcu_toolkit.host.oracle import Oracle
from tests.support.tflite_writer import SubgraphSpec, write_model

QUANT = {"scale": [0.5], "zero_point": [3]}


def model() -> Graph:
    """CONV_2D, RELU, SOFTMAX."""
    graph = SubgraphSpec()
    data = graph.tensor((1, 6, 6, 2), **QUANT)
    weights = graph.const(np.ones((3, 3, 3, 2)), "int8", scale=[0.1])
    middle, last = graph.tensor((1, 4, 4, 3), **QUANT), graph.tensor((1, 4, 4, 3), **QUANT)
    out = graph.tensor((1, 4, 4, 3), scale=[1 / 256], zero_point=[-128])
    graph.node("CONV_2D", [data, weights], [middle], (0, "i8", 1), (1, "i32", 1), (2, "i32", 1))
    graph.node("RELU", [middle], [last])
    graph.node("SOFTMAX", [last], [out], (0, "f32", 1.0))
    graph.inputs, graph.outputs = [data], [out]
    return read_model(write_model(graph))


def with_node(graph: Graph, number: int, **changes: object) -> Graph:
    nodes = list(graph.nodes)
    nodes[number] = replace(nodes[number], **changes)
    return replace(graph, nodes=tuple(nodes))


def with_tensor(graph: Graph, index: int, **changes: object) -> Graph:
    tensors = list(graph.tensors)
    tensors[index] = replace(tensors[index], **changes)
    return replace(graph, tensors=tuple(tensors))


def test_good_model_passes() -> None:
    assert unsupported(model()) == ()
    verify(model())
    require_supported(model())


def test_every_problem_is_named_with_the_nearest_form() -> None:
    graph = with_node(with_node(model(), 1, op="RNN"), 0, attrs=a.Conv2D(stride_h=0))
    with pytest.raises(UnsupportedError) as caught:
        require_supported(graph)
    problems = caught.value.problems
    assert [(p.node, p.operator) for p in problems] == [(0, "CONV_2D"), (1, "RNN")]
    assert "supported: 1 to 255" in problems[0].reason
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in problems[1].reason
    assert "  RNN: " in str(caught.value) and "(node 1)" in str(caught.value)
    with pytest.raises(UnsupportedError):
        Oracle(graph)


def test_node_is_the_one_in_the_file() -> None:
    graph = with_node(model(), 1, op="RNN", source=17)
    assert unsupported(graph)[0].node == 17


def test_shape_that_differs_from_inference() -> None:
    graph = with_tensor(model(), 4, shape=(1, 48))
    assert "its inputs give [1, 4, 4, 3]" in unsupported(graph)[0].reason


@pytest.mark.parametrize(
    ("attrs", "words"),
    [
        (a.Conv2D(activation=a.Activation.TANH), "TANH"),
        (a.Conv2D(dilation_h=3, dilation_w=3), "does not fit"),
        (a.Conv2D(stride_w=256), "1 to 255"),
        (a.Attrs(), "no attributes"),
    ],
)
def test_convolution_attributes(attrs: a.Attrs, words: str) -> None:
    assert words in unsupported(with_node(model(), 0, attrs=attrs))[0].reason


@pytest.mark.parametrize("op", sorted(OPERATORS))
def test_checks_take_any_node(op: str) -> None:
    """`check` accepts any node that a file can contain without raising."""
    graph = model()
    for attrs in (a.Attrs(), graph.nodes[0].attrs, graph.nodes[2].attrs, a.Reduce(), a.Arithmetic(), a.Resize()):
        for inputs in ((), (0,), (0, 1), (0, -1), (-1, 0), (0, 0, 0), (1, 1, 1, 1), (0,) * 5, (-1,) * 24, (0,) * 24):
            for outputs in ((), (2,), (2, 3)):
                node = Node(op, inputs, outputs, attrs)
                reason = OPERATORS[op].check(graph, node)
                assert reason is None or reason


def test_verify_finds_broken_invariants() -> None:
    graph = model()
    broken = {
        "before it is written": replace(graph, nodes=graph.nodes[::-1]),
        "which has a value already": with_node(graph, 1, outputs=(0,)),
        "written by no node": replace(graph, nodes=graph.nodes[:2]),
        "of 5": with_node(graph, 1, inputs=(77,)),
        "not a registered operator": with_node(graph, 1, op="RNN"),
        "another shape": with_tensor(graph, 4, shape=(1, 16, 3)),
        "its contents differ": with_tensor(graph, 1, data=np.zeros((3, 3, 3, 2), np.int16)),
        "names an output twice": with_node(graph, 1, outputs=(3, 3)),
    }
    for words, bad in broken.items():
        with pytest.raises(CompileError, match=words):
            verify(bad)
