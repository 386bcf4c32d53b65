"""RESIZE_BILINEAR in portable C, from tables of rows and columns."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ops import resize_bilinear


def _bilinear(request: Request) -> Call:
    """Both neighbours and a weight of ten fraction bits for each row and column."""
    rows, columns = resize_bilinear.prepare(request.graph, request.node)
    fields = params(
        "mcutk_bilinear",
        rows=_axis_table("rows", rows),
        columns=_axis_table("columns", columns),
        out_h=len(rows.lower),
        out_w=len(columns.lower),
        in_w=request.data.shape[2],
        channels=request.data.shape[3],
    )
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation("mcutk_resize_bilinear_s8", (*tensors, fields)),),
        sources=("portable/mcutk_resize.c",),
        headers=("portable/mcutk_resize.h",),
        cost=request.costs.walk + 30 * request.result.elements,
    )


def _axis_table(suffix: str, axis: resize_bilinear.Axis) -> ConstArray:
    """``mcutk_bilinear_tap [out]``: int16 lower, upper, weight of the upper in 1/1024."""
    taps = np.zeros(len(axis.lower), [("lower", np.int16), ("upper", np.int16), ("weight", np.int16)])
    taps["lower"], taps["upper"], taps["weight"] = axis.lower, axis.upper, axis.weight
    return ConstArray(suffix, "mcutk_bilinear_tap", taps, is_weights=False, layout="lower, upper, weight of the upper")


KERNELS.add("mcutk_resize_bilinear_s8", Kernel(("RESIZE_BILINEAR",), _bilinear))
