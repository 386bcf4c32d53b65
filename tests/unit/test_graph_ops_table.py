"""Tables of operators that map a byte to a byte: each entry is the result of `compute` for that input."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.graph import attrs as a
from mcu_toolkit.graph.ir import DType, Graph, Node, Quant, Tensor
from mcu_toolkit.graph.ops import OPERATORS


def graph_of(op: str, source: DType, result: DType, attrs: a.Attrs) -> Graph:
    """One node over 256 elements."""

    def tensor(name: str, dtype: DType) -> Tensor:
        scale, zero = (1 / 128, 0) if op == "TANH" else (1 / 256, -128) if op == "LOGISTIC" else (0.03, 5)
        return Tensor(name, (1, 256), dtype, Quant(np.array([scale], np.float32), np.array([zero], np.int64)))

    return Graph("g", (tensor("in", source), tensor("out", result)), (Node(op, (0,), (1,), attrs),), (0,), (1,))


@pytest.mark.parametrize(
    ("op", "source", "result"),
    [
        *((op, "int8", "int8") for op in ("RELU", "RELU6", "ELU", "HARD_SWISH", "LOGISTIC", "TANH", "LEAKY_RELU")),
        ("QUANTIZE", "int8", "int8"),
        ("QUANTIZE", "int8", "uint8"),
        ("QUANTIZE", "uint8", "int8"),
    ],
)
def test_entries_are_the_results_in_ascending_order_of_inputs(op: str, source: str, result: str) -> None:
    attrs = a.LeakyRelu(0.25) if op == "LEAKY_RELU" else a.Attrs()
    graph = graph_of(op, DType(source), DType(result), attrs)
    node, kind = graph.nodes[0], OPERATORS[op]
    assert kind.check(graph, node) is None
    inputs = np.arange(256) - (128 if source == "int8" else 0)
    table = kind.table(graph, node)
    assert table is not None and table.dtype == np.dtype(result)
    (out,) = kind.evaluate(graph, node, [inputs.astype(source).reshape(1, 256)])
    np.testing.assert_array_equal(table, out.reshape(-1))


@pytest.mark.parametrize(("source", "result"), [("int8", "int16"), ("int16", "int8"), ("float32", "int8")])
def test_wider_types_have_no_table(source: str, result: str) -> None:
    graph = graph_of("QUANTIZE", DType(source), DType(result), a.Attrs())
    assert OPERATORS["QUANTIZE"].table(graph, graph.nodes[0]) is None
