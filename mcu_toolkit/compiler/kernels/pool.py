"""AVERAGE_POOL_2D and MAX_POOL_2D in portable C, and what the variants for other instruction sets share with it."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.pooling import prepare

AVERAGE, MAX = "AVERAGE_POOL_2D", "MAX_POOL_2D"
OPERATORS = (AVERAGE, MAX)


def geometry(request: Request) -> Geometry:
    """The window of a pooling node."""
    return prepare(request.graph, request.node).geometry


def runs(g: Geometry) -> int:
    """Contiguous parts of a window: its rows, or one where it is as wide as the image."""
    return 1 if g.kernel_w == g.in_w else g.kernel_h


def pool_call(request: Request, file: str, suffix: str, cost: int) -> Call:
    """A function ``mcutk_{average,max}_pool_SUFFIX``; it writes in raster order while it reads.

    Args:
        request: a pooling node.
        file: path of the source and the header below firmware/kernels, without extension.
        suffix: end of the C function's name.
        cost: instructions for one inference.
    """
    p = prepare(request.graph, request.node)
    g = p.geometry
    channels = request.data.shape[3]
    fields = params(
        "mcutk_pool_wide" if request.data.dtype is DType.INT16 else "mcutk_pool",
        in_h=g.in_h,
        in_w=g.in_w,
        channels=channels,
        out_h=g.out_h,
        out_w=g.out_w,
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        pad_top=g.pad_top,
        pad_left=g.pad_left,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    kind = "average" if request.node.op == AVERAGE else "max"
    tensors = TensorArg(request.input), TensorArg(request.output)
    slack = raster_slack(g, channels, channels, Reading.BY_CHANNEL)
    return Call(
        invocations=(Invocation(f"mcutk_{kind}_pool_{suffix}", (*tensors, fields)),),
        sources=(f"{file}.c",),
        headers=(f"{file}.h",),
        overlaps=(Overlap(request.input, request.output, slack),),
        cost=cost,
    )


def _wide(request: Request) -> Call:
    g = geometry(request)
    cost = request.result.elements * (100 + 14 * g.kernel_h * g.kernel_w)
    return replace(pool_call(request, "portable/mcutk_pool_s16", "s16", cost), overlaps=())


def _call(request: Request) -> Call:
    """Costs measured on the emulated Cortex-M4, as those of the other variants on their cores."""
    g = geometry(request)
    taps = g.kernel_h * g.kernel_w
    pixel, output = (65, 52 + 11 * runs(g) + 3 * taps) if request.node.op == AVERAGE else (40, 32 + 9 * taps)
    cost = g.out_h * g.out_w * pixel + request.result.elements * output
    return pool_call(request, "portable/mcutk_pool", "s8", cost)


KERNELS.add("mcutk_pool_s8", Kernel(OPERATORS, _call))
KERNELS.add("mcutk_pool_s16", Kernel(OPERATORS, _wide, types=(DType.INT16,)))
