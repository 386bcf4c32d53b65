"""SOFTMAX and LOG_SOFTMAX in portable C: a row at a time, in place."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, ParamsArg, TensorArg, in_place, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops import log_softmax, softmax
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE
from mcu_toolkit.graph.ops.softmax_wide import prepare_wide


def _rows_call(request: Request, name: str, numbers: ParamsArg, cost: int) -> Call:
    tensors = TensorArg(request.input), TensorArg(request.output)
    wide = request.result.dtype is DType.INT16
    return Call(
        invocations=(Invocation(f"mcutk_{name}_{'s8_s16' if wide else 's8'}", (*tensors, numbers)),),
        sources=(f"portable/mcutk_{name}.c", "portable/mcutk_fixed.c"),
        headers=(f"portable/mcutk_{name}.h",),
        overlaps=() if wide else in_place(request.input, request.output),
        cost=cost,
    )


def _softmax(request: Request) -> Call:
    p = softmax.prepare(request.graph, request.node)
    depth = request.data.shape[-1]
    rows = request.data.elements // depth
    numbers = params(
        "mcutk_softmax",
        rows=rows,
        depth=depth,
        multiplier=p.multiplier,
        left_shift=p.left_shift,
        diff_min=p.diff_min,
    )
    return _rows_call(request, "softmax", numbers, rows * (300 + 330 * depth))


def _softmax_wide(request: Request) -> Call:
    """int16 to int16, by tables."""
    p = prepare_wide(request.graph, request.node)
    numbers = params(
        "mcutk_softmax_wide",
        rows=p.rows,
        depth=p.depth,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        exponentials=ConstArray("exponentials", "int16_t", p.exponentials, is_weights=False),
        reciprocals=ConstArray("reciprocals", "int16_t", p.reciprocals, is_weights=False),
    )
    return Call(
        invocations=(Invocation("mcutk_softmax_s16", (TensorArg(request.input), TensorArg(request.output), numbers)),),
        sources=("portable/mcutk_softmax_s16.c",),
        headers=("portable/mcutk_softmax_s16.h",),
        overlaps=in_place(request.input, request.output),
        cost=p.rows * (200 + 60 * p.depth),
    )


def _log_softmax(request: Request) -> Call:
    p = log_softmax.prepare(request.graph, request.node)
    numbers = params(
        "mcutk_log_softmax",
        rows=p.rows,
        depth=p.depth,
        multiplier=p.factor.multiplier,
        left_shift=p.factor.shift,
        diff_min=p.diff_min,
        back_multiplier=p.back.multiplier,
        back_shift=p.back.shift,
    )
    return _rows_call(request, "log_softmax", numbers, p.rows * (600 + 200 * p.depth))


KERNELS.add(
    "mcutk_softmax", Kernel(("SOFTMAX",), _softmax, accepts=lambda r: r.data.dtype is DType.INT8, types=NARROW_AND_WIDE)
)
KERNELS.add(
    "mcutk_softmax_s16",
    Kernel(("SOFTMAX",), _softmax_wide, accepts=lambda r: r.data.dtype is DType.INT16, types=(DType.INT16,)),
)
KERNELS.add("mcutk_log_softmax_s8", Kernel(("LOG_SOFTMAX",), _log_softmax))
