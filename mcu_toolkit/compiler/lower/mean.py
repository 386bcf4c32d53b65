"""MEAN and SUM."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, TensorArg
from mcu_toolkit.compiler.lower.common import dense_strides, merge_loops, padded_loops, params
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.reduction import prepare
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target

#: Loops of ``mcutk_reduce`` over the kept and over the reduced axes.
_LOOPS = 4
_PORTABLE = "portable/mcutk_reduce"


def lower(graph: Graph, node: Node, target: Target) -> Call:
    """A sum over the reduced axes for each output element."""
    source, result = node.inputs[0], node.outputs[0]
    p = prepare(graph, node)
    shape = graph.tensors[source].shape
    axes = list(zip(shape, dense_strides(shape), strict=True))
    kept = merge_loops([loop for axis, loop in enumerate(axes) if axis not in p.axes])
    reduced = merge_loops([loop for axis, loop in enumerate(axes) if axis in p.axes])
    if max(len(kept), len(reduced)) > _LOOPS:
        raise CompileError(f"node {node.source}: {node.op} over shapes that need more than {_LOOPS} loops")
    kept_extent, kept_stride = padded_loops(kept, 1, _LOOPS)
    reduced_extent, reduced_stride = padded_loops(reduced, 1, _LOOPS)
    fields = params(
        "mcutk_reduce",
        kept_extent=kept_extent,
        kept_stride=kept_stride,
        reduced_extent=reduced_extent,
        reduced_stride=reduced_stride,
        offset=p.elements * p.in_zero_point,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        out_zero_point=p.out_zero_point,
    )
    tensor = graph.tensors[source]
    outputs = graph.tensors[result].elements
    fours = target.isa is not PORTABLE and kept_stride[-1] == 1 and kept_extent[-1] >= 4
    function, file = ("mcutk_reduce_dsp", "dsp/mcutk_reduce_dsp") if fours else ("mcutk_reduce_s8", _PORTABLE)
    return Call(
        invocations=(Invocation(function, (TensorArg(source), TensorArg(result), fields)),),
        sources=(f"{file}.c",),
        headers=(f"{file}.h",),
        cost=(2 * tensor.elements + 45 * outputs) if fours else (5 * tensor.elements + 60 * outputs),
    )
