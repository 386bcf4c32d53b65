"""PAD and PADV2: fill, then copy the image into place."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import copies, dense_strides, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.pad import pad_value, paddings
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """The whole output is filled; the copy then overwrites what is not border."""
    source, result = node.inputs[0], node.outputs[0]
    shape, out = graph.tensors[source].shape, graph.tensors[result]
    size = out.dtype.bytes
    steps = dense_strides(out.shape)
    first = sum(before * step for (before, _), step in zip(paddings(graph, node), steps, strict=True))
    fill = Invocation(
        "mcutk_fill", (TensorArg(result), IntArg(pad_value(graph, node)), IntArg(size), IntArg(out.elements))
    )
    loops = list(zip(shape, dense_strides(shape), steps, strict=True))
    copy = copies(TensorArg(source), TensorArg(result, first * size), loops, size)
    return move_call((fill, *copy), 2 * out.bytes, kernel="mcutk_fill + copy")
