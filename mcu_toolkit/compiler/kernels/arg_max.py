"""ARG_MAX and ARG_MIN in portable C."""

from __future__ import annotations

import math

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, TensorArg
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ops.arg_max import axis_of


def _call(request: Request) -> Call:
    """Index of the first of the largest, or of the smallest, along one axis."""
    shape = request.data.shape
    axis = axis_of(request.graph, request.node) or 0
    sizes = math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(f"mcutk_{request.node.op.lower()}_s8", (*tensors, *(IntArg(size) for size in sizes))),),
        sources=("portable/mcutk_arg_max.c",),
        headers=("portable/mcutk_arg_max.h",),
        cost=request.costs.walk + 7 * request.data.elements,
    )


KERNELS.add("mcutk_arg_max_s8", Kernel(("ARG_MAX", "ARG_MIN"), _call, types=()))
