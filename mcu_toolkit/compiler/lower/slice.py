"""SLICE, and what STRIDED_SLICE shares with it."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, TensorArg
from mcu_toolkit.compiler.lower.common import copies, dense_strides, in_place, move_call
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.slice import Ranges, ranges
from mcu_toolkit.targets.target import Target


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """A strided copy."""
    return cut(graph, node, ranges(graph, node) or ())


def cut(graph: Graph, node: Node, kept: Ranges) -> Call:
    """Copy what (start, stop, step) of each dimension keeps.

    With steps forward no element moves up, and elements are copied in order: the output may lie over the input.
    """
    source, result = node.inputs[0], node.outputs[0]
    data = graph.tensors[source]
    size, steps = data.dtype.bytes, dense_strides(data.shape)
    counts = [len(range(start, stop, step)) for start, stop, step in kept]
    walk = [stride * step for stride, (_, _, step) in zip(steps, kept, strict=True)]
    first = sum(stride * start for stride, (start, _, _) in zip(steps, kept, strict=True))
    loops = list(zip(counts, walk, dense_strides(counts), strict=True))
    forward = all(step > 0 for _, _, step in kept) and not data.is_const
    return move_call(
        copies(TensorArg(source, first * size), TensorArg(result), loops, size),
        graph.tensors[result].bytes,
        in_place(source, result) if forward else (),
    )
