"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN in portable C, and what variants for other instruction sets share with it."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, ParamsArg, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.loops import Loop, dense_strides, merge_loops, padded_loops
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.reduction import axes_of, prepare

OPERATORS = ("MEAN", "SUM")
#: Loops of ``mcutk_reduce`` over the kept and over the reduced axes.
_LOOPS = 4


def kept_loops(request: Request) -> tuple[Loop, ...]:
    """(extent, stride in bytes) over the axes that stay, outermost first."""
    return _loops(request, kept=True)


def reduce_call(request: Request, function: str, file: str, cost: int) -> Call:
    """A function ``(in, out, mcutk_reduce)``: a sum over the reduced axes for each output element.

    Args:
        request: a MEAN or SUM node.
        function: its name.
        file: path of the source and the header below firmware/kernels, without extension.
        cost: instructions for one inference.
    """
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(function, (*tensors, _numbers(request))),),
        sources=(f"{file}.c",),
        headers=(f"{file}.h",),
        cost=cost,
    )


def _loops(request: Request, kept: bool) -> tuple[Loop, ...]:
    shape = request.data.shape
    reduced = axes_of(request.graph, request.node) or ()
    axes = enumerate(zip(shape, dense_strides(shape), strict=True))
    return merge_loops([loop for axis, loop in axes if (axis in reduced) != kept])


def _padded(request: Request) -> tuple[tuple[int, ...], ...]:
    """Extents and strides of the kept and of the reduced axes."""
    kept, reduced = _loops(request, kept=True), _loops(request, kept=False)
    if max(len(kept), len(reduced)) > _LOOPS:
        node = request.node
        raise CompileError(f"node {node.source}: {node.op} over shapes that need more than {_LOOPS} loops")
    return (*padded_loops(kept, 1, _LOOPS), *padded_loops(reduced, 1, _LOOPS))


def _numbers(request: Request) -> ParamsArg:
    p = prepare(request.graph, request.node)
    kept_extent, kept_stride, reduced_extent, reduced_stride = _padded(request)
    return params(
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


def _extremum(request: Request) -> Call:
    """REDUCE_MAX and REDUCE_MIN."""
    kept_extent, kept_stride, reduced_extent, reduced_stride = _padded(request)
    loops = params(
        "mcutk_reduce_loops",
        kept_extent=kept_extent,
        kept_stride=kept_stride,
        reduced_extent=reduced_extent,
        reduced_stride=reduced_stride,
    )
    return Call(
        invocations=(
            Invocation(
                f"mcutk_{request.node.op.lower()}_s8", (TensorArg(request.input), TensorArg(request.output), loops)
            ),
        ),
        sources=("portable/mcutk_reduce_extremum.c",),
        headers=("portable/mcutk_reduce_extremum.h",),
        cost=7 * request.data.elements + 40 * request.result.elements,
    )


def _wide(request: Request) -> Call:
    cost = 5 * request.data.elements + 60 * request.result.elements
    return reduce_call(request, "mcutk_reduce_s16", "portable/mcutk_reduce_s16", cost)


def _call(request: Request) -> Call:
    cost = 5 * request.data.elements + 60 * request.result.elements
    return reduce_call(request, "mcutk_reduce_s8", "portable/mcutk_reduce", cost)


KERNELS.add("mcutk_reduce_s8", Kernel(OPERATORS, _call))
KERNELS.add("mcutk_reduce_s16", Kernel(OPERATORS, _wide, types=(DType.INT16,)))
KERNELS.add("mcutk_reduce_extremum_s8", Kernel(("REDUCE_MAX", "REDUCE_MIN"), _extremum))
