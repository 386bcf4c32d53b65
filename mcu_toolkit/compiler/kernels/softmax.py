"""SOFTMAX and LOG_SOFTMAX in portable C: a row at a time, in place."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, ParamsArg, TensorArg, in_place, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ops import log_softmax, softmax


def _rows_call(request: Request, name: str, numbers: ParamsArg, cost: int) -> Call:
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(f"mcutk_{name}_s8", (*tensors, numbers)),),
        sources=(f"portable/mcutk_{name}.c", "portable/mcutk_fixed.c"),
        headers=(f"portable/mcutk_{name}.h",),
        overlaps=in_place(request.input, request.output),
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


KERNELS.add("mcutk_softmax_s8", Kernel(("SOFTMAX",), _softmax))
KERNELS.add("mcutk_log_softmax_s8", Kernel(("LOG_SOFTMAX",), _log_softmax))
