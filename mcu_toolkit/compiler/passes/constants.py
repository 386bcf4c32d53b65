"""Evaluates nodes whose inputs are all constant."""

from __future__ import annotations

from mcu_toolkit.compiler.passes.edit import Editor, is_stateful
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.ir import ABSENT, Graph
from mcu_toolkit.graph.ops import operator

#: A result of more bytes than this, and than its inputs, is not folded: it would take more flash than it saves.
_LARGEST = 1 << 16
#: Multiply-accumulates and bytes of results that one run may spend; shape arithmetic and small tables need far less.
_MOST_WORK = 1 << 25


def run(graph: Graph) -> Graph:
    """Replace the outputs by constants that the operators themselves compute. Outputs of the model stay computed."""
    editor, work = Editor(graph), 0
    for number, node in enumerate(graph.nodes):
        inputs = [None if i == ABSENT else editor.tensors[i] for i in node.inputs]
        if any(t is not None and t.data is None for t in inputs) or is_stateful(graph, node):
            continue
        meaning = operator(node.op)
        if meaning is None or set(node.outputs) & set(graph.outputs):
            continue
        made = sum(graph.tensors[index].bytes for index in node.outputs)
        if made > max(_LARGEST, sum(t.bytes for t in inputs if t is not None)):
            continue
        work += made + meaning.macs(graph, node)
        if work > _MOST_WORK:
            break
        values = meaning.evaluate(graph, node, [None if t is None else t.data for t in inputs])
        for index, value in zip(node.outputs, values, strict=True):
            editor.freeze(index, value.reshape(graph.tensors[index].shape))
        editor.drop(number)
    return editor.finish()


PASSES.add("constants", Pass(run, Stage.SIMPLIFY, order=30))
