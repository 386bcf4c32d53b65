"""Joins DEQUANTIZE, a float32 operator and QUANTIZE into one int8 operator.

The converter has no int8 form of some operators, ELU for one, and leaves them in float32 between the two conversions.
"""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.graph.attrs import Attrs
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops import operator
from mcu_toolkit.graph.ops.dequantize import Dequantize
from mcu_toolkit.graph.ops.quantize import Quantize


def join_float_islands(graph: Graph) -> Graph:
    """Replace every ``DEQUANTIZE → operator → QUANTIZE`` between int8 tensors whose operator has `Operator.from_float`.

    Exact: the three together are a function of one int8. A DEQUANTIZE whose output has other readers stays.
    """
    if all(_attrs(node) is None for node in graph.nodes):
        return graph
    makers, readers = graph.producers(), graph.consumers()
    joined: dict[int, Node] = {}
    dropped: set[int] = set()
    for number, node in enumerate(graph.nodes):
        attrs, around = _attrs(node), _around(graph, node, makers, readers)
        if attrs is None or around is None:
            continue
        before, after = around
        joined[after] = Node(node.op, graph.nodes[before].inputs, graph.nodes[after].outputs, attrs, node.source)
        dropped.add(number)
        if graph.nodes[before].outputs[0] not in graph.outputs and readers[graph.nodes[before].outputs[0]] == (number,):
            dropped.add(before)
    nodes = tuple(joined.get(i, node) for i, node in enumerate(graph.nodes) if i not in dropped)
    return replace(graph, nodes=nodes)


def _attrs(node: Node) -> Attrs | None:
    kind = operator(node.op)
    return kind.from_float(node) if kind is not None else None


def _around(
    graph: Graph, node: Node, makers: dict[int, int], readers: dict[int, tuple[int, ...]]
) -> tuple[int, int] | None:
    """Numbers of the DEQUANTIZE before and the QUANTIZE after a float32 node, None where there are none."""
    if len(node.inputs) != 1 or len(node.outputs) != 1:
        return None
    before, after = makers.get(node.inputs[0]), readers.get(node.outputs[0], ())
    if before is None or len(after) != 1 or node.outputs[0] in graph.outputs:
        return None
    head, tail = graph.nodes[before], graph.nodes[after[0]]
    if head.op != Dequantize.name or tail.op != Quantize.name or len(head.inputs) != 1 or len(tail.outputs) != 1:
        return None
    ends = (head.inputs[0], tail.outputs[0])
    if any(index < 0 or graph.tensors[index].dtype is not DType.INT8 for index in ends):
        return None
    return before, after[0]
