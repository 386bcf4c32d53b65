"""CUMSUM, ADD_N, L2_NORMALIZATION, BATCH_MATMUL and ZEROS_LIKE in portable C."""

from __future__ import annotations

import math

from mcu_toolkit.compiler.call import Argument, Call, IntArg, Invocation, Overlap, TensorArg, in_place, params
from mcu_toolkit.compiler.kernels.add import add_numbers
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.copy import copy_call, fill
from mcu_toolkit.compiler.kernels.loops import broadcast_strides, merge_loops, padded_loops
from mcu_toolkit.graph.attrs import BatchMatMul, Cumsum
from mcu_toolkit.graph.ops import add_n, batch_matmul, cumsum
from mcu_toolkit.graph.ops.arg_max import axis_of
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE
from mcu_toolkit.graph.requantize import zero_point_of

_SOURCES = ("portable/mcutk_sums.c", "portable/mcutk_fixed.c")
_HEADERS = ("portable/mcutk_sums.h",)
#: Loops of ``mcutk_batch_matmul`` over the batch.
_BATCH_LOOPS = 3


def _cumsum(request: Request) -> Call:
    attrs, shape = request.node.attrs, request.data.shape
    assert isinstance(attrs, Cumsum)
    axis = axis_of(request.graph, request.node) or 0
    sizes = (math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))
    numbers = add_numbers(cumsum.prepare(request.graph, request.node))
    rest = (*(IntArg(size) for size in sizes), IntArg(int(attrs.reverse)), IntArg(int(attrs.exclusive)))
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation("mcutk_cumsum_s8", (*tensors, numbers, *rest)),),
        sources=_SOURCES,
        headers=_HEADERS,
        cost=request.costs.call + 60 * request.data.elements,
    )


def _add_n(request: Request) -> Call:
    """Unused inputs are NULL."""
    inputs: tuple[Argument, ...] = tuple(TensorArg(index) for index in request.node.inputs)
    unused = tuple(IntArg(0) for _ in range(add_n.MAX_TERMS - len(inputs)))
    numbers = add_numbers(add_n.prepare(request.graph, request.node))
    arguments = (*inputs, *unused, TensorArg(request.output), numbers, IntArg(request.result.elements))
    tensors = request.graph.tensors
    return Call(
        invocations=(Invocation("mcutk_add_n_s8", arguments),),
        sources=_SOURCES,
        headers=_HEADERS,
        overlaps=tuple(
            Overlap(index, request.output, 0)
            for index in dict.fromkeys(request.node.inputs)
            if not tensors[index].is_const
        ),
        cost=request.costs.call + (40 + 30 * len(inputs)) * request.result.elements,
    )


def _l2_normalization(request: Request) -> Call:
    depth = request.data.shape[-1]
    rows = request.data.elements // depth
    rest = (IntArg(rows), IntArg(depth), IntArg(zero_point_of(request.data)))
    return Call(
        invocations=(
            Invocation("mcutk_l2_normalization_s8", (TensorArg(request.input), TensorArg(request.output), *rest)),
        ),
        sources=_SOURCES,
        headers=_HEADERS,
        overlaps=in_place(request.input, request.output),
        cost=request.costs.call + rows * (400 + 30 * depth),
    )


def _batch_matmul(request: Request) -> Call:
    graph, node = request.graph, request.node
    p = batch_matmul.prepare(graph, node)
    attrs = node.attrs
    assert isinstance(attrs, BatchMatMul)
    shapes = [graph.tensors[index].shape for index in node.inputs]
    sizes = (p.rows * p.depth, p.depth * p.columns)
    walks = [
        tuple(step * size for step in broadcast_strides(shape[:-2], p.batch))
        for shape, size in zip(shapes, sizes, strict=True)
    ]
    extent, stride_a, stride_b = padded_loops(merge_loops(list(zip(p.batch, *walks, strict=True))), 2, _BATCH_LOOPS)
    narrow = request.result.dtype is NARROW_AND_WIDE[0]
    zeros = [zero_point_of(graph.tensors[index]) for index in (*node.inputs, *node.outputs)]
    numbers = params(
        "mcutk_batch_matmul",
        extent=extent,
        stride_a=stride_a,
        stride_b=stride_b,
        rows=p.rows,
        depth=p.depth,
        columns=p.columns,
        row_a=1 if attrs.adj_x else p.depth,
        depth_a=p.rows if attrs.adj_x else 1,
        depth_b=1 if attrs.adj_y else p.columns,
        column_b=p.depth if attrs.adj_y else 1,
        a_zero_point=zeros[0],
        b_zero_point=zeros[1],
        out_zero_point=zeros[2],
        multiplier=p.multiplier,
        shift=p.shift,
    )
    tensors = (TensorArg(index) for index in (*node.inputs, node.outputs[0]))
    return Call(
        invocations=(Invocation(f"mcutk_batch_matmul_{'s8' if narrow else 's16'}", (*tensors, numbers)),),
        sources=("portable/mcutk_batch_matmul.c",),
        headers=("portable/mcutk_batch_matmul.h",),
        cost=8 * request.operator.macs(graph, node) + 50 * request.result.elements,
    )


def _zeros_like(request: Request) -> Call:
    """Bytes of 0 are 0 in every type."""
    out = request.result
    return copy_call((fill(TensorArg(request.output), 0, 1, out.bytes),), request.costs, out.bytes, kernel="mcutk_fill")


KERNELS.add("mcutk_cumsum_s8", Kernel(("CUMSUM",), _cumsum))
KERNELS.add("mcutk_add_n_s8", Kernel(("ADD_N",), _add_n))
KERNELS.add("mcutk_l2_normalization_s8", Kernel(("L2_NORMALIZATION",), _l2_normalization))
KERNELS.add("mcutk_batch_matmul", Kernel(("BATCH_MATMUL",), _batch_matmul, types=NARROW_AND_WIDE))
KERNELS.add("zeros", Kernel(("ZEROS_LIKE",), _zeros_like, types=()))
