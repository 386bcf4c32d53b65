"""SOFTMAX, LOG_SOFTMAX and LOGISTIC in float32, portable C, in place."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Argument, Call, FloatArg, IntArg, Invocation, TensorArg, in_place
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.attrs import Softmax
from mcu_toolkit.graph.ir import DType

#: Instructions per element: exp with double in software.
_ELEMENT = 1500


def _float_call(request: Request, name: str, *arguments: Argument) -> Call:
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(f"mcutk_{name}_f32", (*tensors, *arguments)),),
        sources=("portable/mcutk_scores_f32.c", "portable/mcutk_float_math.c"),
        headers=("portable/mcutk_scores_f32.h",),
        overlaps=in_place(request.input, request.output),
        cost=request.costs.call + _ELEMENT * request.data.elements,
    )


def _rows(request: Request) -> tuple[IntArg, IntArg]:
    depth = request.data.shape[-1]
    return IntArg(request.data.elements // depth), IntArg(depth)


def _softmax(request: Request) -> Call:
    attrs = request.node.attrs
    assert isinstance(attrs, Softmax)
    return _float_call(request, "softmax", *_rows(request), FloatArg(attrs.beta))


def _log_softmax(request: Request) -> Call:
    return _float_call(request, "log_softmax", *_rows(request))


def _logistic(request: Request) -> Call:
    return _float_call(request, "logistic", IntArg(request.data.elements))


KERNELS.add("mcutk_softmax_f32", Kernel(("SOFTMAX",), _softmax, types=(DType.FLOAT32,)))
KERNELS.add("mcutk_log_softmax_f32", Kernel(("LOG_SOFTMAX",), _log_softmax, types=(DType.FLOAT32,)))
KERNELS.add("mcutk_logistic_f32", Kernel(("LOGISTIC",), _logistic, types=(DType.FLOAT32,)))
