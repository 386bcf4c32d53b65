"""QUANTIZE and DEQUANTIZE at the borders of a model, where 16 or 32 bits or float32 are involved; portable C.

A QUANTIZE between 8-bit types is a table (`lookup`).
"""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, FloatArg, IntArg, Invocation, TensorArg, in_place, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.quantize import prepare
from mcu_toolkit.graph.requantize import scale_of, zero_point_of

_SUFFIX = {
    DType.INT8: "s8", DType.UINT8: "u8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32",
}  # fmt: skip
#: Instructions per element: integer to integer, and with float32 in software.
_INTEGER, _FLOAT = 30, 150


def _border_call(request: Request, name: str, arguments: tuple[FloatArg | IntArg, ...]) -> Call:
    """``mcutk_NAME_FROM_TO(in, out, count, …)`` with float arguments."""
    data, out = request.data, request.result
    function = f"mcutk_{name}_{_SUFFIX[data.dtype]}_{_SUFFIX[out.dtype]}"
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(function, (*tensors, IntArg(data.elements), *arguments)),),
        sources=("portable/mcutk_border.c",),
        headers=("portable/mcutk_border.h",),
        overlaps=in_place(request.input, request.output) if out.dtype.bytes == 1 else (),
        cost=request.costs.call + _FLOAT * data.elements,
    )


def _quantize_float(request: Request) -> Call:
    out = request.result
    return _border_call(request, "quantize", (FloatArg(scale_of(out)), IntArg(zero_point_of(out))))


def _dequantize(request: Request) -> Call:
    """scale * (q - zero_point), in float32."""
    data = request.data
    return _border_call(request, "dequantize", (FloatArg(scale_of(data)), IntArg(zero_point_of(data))))


def _rescales(request: Request) -> bool:
    return request.table is None and request.data.dtype is not DType.FLOAT32


def _rescale(request: Request) -> Call:
    data, out = request.data, request.result
    p = prepare(request.graph, request.node)
    numbers = params(
        "mcutk_rescale",
        in_zero_point=p.in_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        low=p.low,
        high=p.high,
    )
    function = f"mcutk_rescale_{_SUFFIX[data.dtype]}_{_SUFFIX[out.dtype]}"
    tensors = TensorArg(request.input), TensorArg(request.output)
    shares = out.dtype.bytes == 1 or out.dtype is data.dtype  # C lets bytes alias anything, but no other two types
    return Call(
        invocations=(Invocation(function, (*tensors, IntArg(data.elements), numbers)),),
        sources=("portable/mcutk_border.c",),
        headers=("portable/mcutk_border.h",),
        overlaps=in_place(request.input, request.output) if shares else (),
        cost=request.costs.call + _INTEGER * data.elements,
    )


KERNELS.add(
    "mcutk_quantize_f32",
    Kernel(("QUANTIZE",), _quantize_float, accepts=lambda r: r.data.dtype is DType.FLOAT32, types=()),
)
KERNELS.add("mcutk_rescale", Kernel(("QUANTIZE",), _rescale, accepts=_rescales, types=()))
KERNELS.add("mcutk_dequantize", Kernel(("DEQUANTIZE",), _dequantize, types=()))
