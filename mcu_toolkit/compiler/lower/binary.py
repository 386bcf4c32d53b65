"""What the operators on two int8 tensors share: loops over both with broadcasting."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, ParamsArg, TensorArg
from mcu_toolkit.compiler.lower.common import broadcast_strides, dense_strides, merge_loops, padded_loops, params
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph, Node

#: Loops of ``mcutk_broadcast``.
_LOOPS = 5


def binary_call(graph: Graph, node: Node, function: str, numbers: ParamsArg | None, cost: int) -> Call:
    """A function ``(a, b, out, [numbers,] loops)`` of mcutk_elementwise.h.

    Args:
        function: its name.
        numbers: the parameter struct between the tensors and the loops, if it has one.
        cost: instructions an element.
    """
    a, b, result = node.inputs[0], node.inputs[1], node.outputs[0]
    out = graph.tensors[result]
    walks = [broadcast_strides(graph.tensors[index].shape, out.shape) for index in (a, b)]
    loops = merge_loops(list(zip(out.shape, *walks, strict=True)))
    if len(loops) > _LOOPS:
        raise CompileError(f"node {node.source}: {node.op} over shapes that need more than {_LOOPS} loops")
    extent, stride_a, stride_b = padded_loops(loops, 2, _LOOPS)
    shape = params("mcutk_broadcast", "loops", extent=extent, stride_a=stride_a, stride_b=stride_b)
    tensors = (TensorArg(a), TensorArg(b), TensorArg(result))
    arguments = (*tensors, shape) if numbers is None else (*tensors, numbers, shape)
    dense = dense_strides(out.shape)
    overlaps = tuple(
        Overlap(index, result, 0)
        for index, walk in zip(dict.fromkeys((a, b)), walks, strict=False)
        if not graph.tensors[index].is_const and _same_walk(walk, dense, out.shape)
    )
    return Call(
        invocations=(Invocation(function, arguments),),
        sources=("portable/mcutk_elementwise.c",),
        headers=("portable/mcutk_elementwise.h",),
        overlaps=overlaps,
        cost=60 + cost * out.elements,
    )


def _same_walk(walk: tuple[int, ...], dense: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether an input is read element by element as the output is written."""
    return all(a == b for a, b, extent in zip(walk, dense, shape, strict=True) if extent > 1)
