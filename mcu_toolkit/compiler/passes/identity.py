"""Removes nodes that change nothing: a RESHAPE to the same shape, a QUANTIZE to the same scale, a PAD by zero …"""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import Editor, same_quantization
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops import OPERATORS


def run(graph: Graph) -> Graph:
    """Replace the output of such a node by its input. A node that writes a model output stays."""
    editor = Editor(graph)
    producers = graph.producers()
    for number, node in enumerate(graph.nodes):
        if len(node.outputs) != 1 or node.outputs[0] in graph.outputs:
            continue
        same = _identical_input(graph, node)
        if same is not None:
            editor.substitute(node.outputs[0], same)
            editor.drop(number)
        elif OPERATORS[node.op].view:
            _skip_inner(graph, editor, producers, number, node)
    return editor.finish()


def _identical_input(graph: Graph, node: Node) -> int | None:
    """The input tensor that the node's output equals, None where there is none."""
    position = OPERATORS[node.op].identity_input(graph, node)
    if position is None:
        return None
    source, result = graph.tensors[node.inputs[position]], graph.tensors[node.outputs[0]]
    if source.variable or source.is_const or source.shape != result.shape or not same_quantization(source, result):
        return None
    return node.inputs[position]


def _skip_inner(graph: Graph, editor: Editor, producers: dict[int, int], number: int, node: Node) -> None:
    """Make a view of a view read the input of the first one."""
    inner = producers.get(node.inputs[0])
    if inner is None or not OPERATORS[graph.nodes[inner].op].view:
        return
    source = graph.nodes[inner].inputs[0]
    if graph.tensors[source].variable or graph.tensors[source].is_const:
        return
    current = editor.nodes[number]
    if current is not None and current.inputs[0] != source:
        editor.put(number, replace(current, inputs=(source, *current.inputs[1:])))


PASSES.add("identity", Pass(run, Stage.SIMPLIFY, order=40))
