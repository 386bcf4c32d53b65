"""Removes nodes that change nothing: a RESHAPE to the same shape, a QUANTIZE to the same scale, a PAD by zero …"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcu_toolkit.compiler.passes.edit import Editor, same_quantization
from mcu_toolkit.graph.ir import Graph, Node

#: Operators that only give the same bytes another shape.
RESHAPES = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS"})
#: Operators whose output, when it has the input's shape and quantization, is the input.
_MOVES = frozenset({"PAD", "PADV2", "SLICE", "QUANTIZE", "SPLIT", "CONCATENATION", *RESHAPES})


def run(graph: Graph) -> Graph:
    """Let readers of such a node read its input. A node that writes a model output stays."""
    editor = Editor(graph)
    producers = graph.producers()
    for number, node in enumerate(graph.nodes):
        if len(node.outputs) != 1 or node.outputs[0] in graph.outputs:
            continue
        if _is_identity(graph, node):
            editor.substitute(node.outputs[0], _source(node))
            editor.drop(number)
        elif node.op == "RESHAPE":
            _skip_inner(graph, editor, producers, number, node)
    return editor.finish()


def _source(node: Node) -> int:
    return node.inputs[1] if node.op == "SPLIT" else node.inputs[0]


def _is_identity(graph: Graph, node: Node) -> bool:
    source, result = graph.tensors[_source(node)], graph.tensors[node.outputs[0]]
    if source.variable or source.is_const or source.shape != result.shape or not same_quantization(source, result):
        return False
    if node.op == "TRANSPOSE":
        order = graph.tensors[node.inputs[1]].data
        return order is not None and bool(np.array_equal(order.reshape(-1), np.arange(order.size)))
    if node.op == "CONCATENATION":
        return len(node.inputs) == 1
    return node.op in _MOVES


def _skip_inner(graph: Graph, editor: Editor, producers: dict[int, int], number: int, node: Node) -> None:
    """RESHAPE of a RESHAPE reads the first one's input."""
    inner = producers.get(node.inputs[0])
    if inner is None or graph.nodes[inner].op not in RESHAPES:
        return
    source = graph.nodes[inner].inputs[0]
    if graph.tensors[source].variable or graph.tensors[source].is_const:
        return
    current = editor.nodes[number]
    if current is not None and current.inputs[0] != source:
        editor.put(number, replace(current, inputs=(source, *current.inputs[1:])))
