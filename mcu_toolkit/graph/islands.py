"""Joins DEQUANTIZE, ELU and QUANTIZE into one int8 ELU: the converter knows no other, and leaves a float island."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.graph.attrs import Elu
from mcu_toolkit.graph.ir import DType, Graph, Node


def join_float_islands(graph: Graph) -> Graph:
    """Every ``DEQUANTIZE → ELU → QUANTIZE`` between int8 tensors becomes an ELU that is computed through float32.

    Exact: the three together are a function of one int8. A DEQUANTIZE that others read too stays.
    """
    if not any(node.op == "ELU" for node in graph.nodes):
        return graph
    makers, readers = graph.producers(), graph.consumers()
    joined: dict[int, Node] = {}
    dropped: set[int] = set()
    for number, node in enumerate(graph.nodes):
        around = _around(graph, node, makers, readers)
        if around is None:
            continue
        before, after = around
        joined[after] = Node(
            "ELU", graph.nodes[before].inputs, graph.nodes[after].outputs, Elu(through_float=True), node.source
        )
        dropped.add(number)
        if graph.nodes[before].outputs[0] not in graph.outputs and readers[graph.nodes[before].outputs[0]] == (number,):
            dropped.add(before)
    nodes = tuple(joined.get(i, node) for i, node in enumerate(graph.nodes) if i not in dropped)
    return replace(graph, nodes=nodes)


def _around(
    graph: Graph, node: Node, makers: dict[int, int], readers: dict[int, tuple[int, ...]]
) -> tuple[int, int] | None:
    """Numbers of the DEQUANTIZE before and the QUANTIZE after a float ELU, None where it is no such island."""
    if node.op != "ELU" or len(node.inputs) != 1 or len(node.outputs) != 1:
        return None
    before, after = makers.get(node.inputs[0]), readers.get(node.outputs[0], ())
    if before is None or len(after) != 1 or node.outputs[0] in graph.outputs:
        return None
    head, tail = graph.nodes[before], graph.nodes[after[0]]
    if head.op != "DEQUANTIZE" or tail.op != "QUANTIZE" or len(head.inputs) != 1 or len(tail.outputs) != 1:
        return None
    ends = (head.inputs[0], tail.outputs[0])
    if any(index < 0 or graph.tensors[index].dtype is not DType.INT8 for index in ends):
        return None
    return before, after[0]
