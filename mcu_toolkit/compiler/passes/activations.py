"""Fuses operators that clamp (RELU, RELU6) into the operator before them, and removes those that clamp nothing."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.passes.edit import Editor, same_quantization
from mcu_toolkit.compiler.passes.registry import PASSES, Pass, Stage
from mcu_toolkit.graph.attrs import Activated, Activation
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.requantize import RANGES, activation_range


def run(graph: Graph) -> Graph:
    """Fuse where input and output of the clamp have one quantization and no other node reads its input."""
    editor = Editor(graph)
    producers, consumers = graph.producers(), graph.consumers()
    for number, node in enumerate(graph.nodes):
        clamp = OPERATORS[node.op].clamp
        if clamp is None or not _same_scale(graph, node):
            continue
        source = node.inputs[0]
        if (
            activation_range(clamp, graph.tensors[source]) == RANGES[DType.INT8]
            and node.outputs[0] not in graph.outputs
        ):
            editor.substitute(node.outputs[0], source)
            editor.drop(number)
            continue
        before = producers.get(source)
        if before is None or consumers[source] != (number,) or source in graph.outputs:
            continue
        fused = _fuse(graph, graph.nodes[before], clamp, node.outputs[0])
        if fused is not None and editor.nodes[before] is graph.nodes[before]:
            editor.put(before, fused)
            editor.drop(number)
    return editor.finish()


def _same_scale(graph: Graph, node: Node) -> bool:
    source, result = graph.tensors[node.inputs[0]], graph.tensors[node.outputs[0]]
    return source.dtype is DType.INT8 and not source.variable and same_quantization(source, result)


def _fuse(graph: Graph, node: Node, clamp: Activation, result: int) -> Node | None:
    """The node with the activation, writing the clamp's output; None where the two do not fuse."""
    kind = OPERATORS[node.op]
    if not kind.fuses_activation or not isinstance(node.attrs, Activated) or len(node.outputs) != 1:
        return None
    if node.attrs.activation is Activation.NONE:
        activation = clamp
    elif {node.attrs.activation, clamp} <= {Activation.RELU, Activation.RELU6}:
        activation = clamp if clamp is Activation.RELU6 else node.attrs.activation
    else:
        return None
    fused = replace(node, outputs=(result,), attrs=replace(node.attrs, activation=activation))
    return fused if kind.check(graph, fused) is None else None


PASSES.add("activations", Pass(run, Stage.SIMPLIFY, order=70))
