"""Functions of one int16 in portable C: RELU, RELU6, LEAKY_RELU, ABS, LOGISTIC, TANH."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import (
    Argument,
    Call,
    ConstArg,
    ConstArray,
    IntArg,
    Invocation,
    TensorArg,
    in_place,
    params,
)
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.fixedpoint import SIGMOID_TABLE
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.logistic import Squashing
from mcu_toolkit.graph.ops.relu import Bending

#: Instructions per element.
_BEND, _SQUASH = 30, 35


def _call(request: Request, function: str, rest: tuple[Argument, ...], cost: int) -> Call:
    count = request.data.elements
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(function, (*tensors, IntArg(count), *rest)),),
        sources=("portable/mcutk_unary_s16.c",),
        headers=("portable/mcutk_unary_s16.h",),
        overlaps=in_place(request.input, request.output),
        cost=request.costs.call + cost * count,
    )


def _bent(request: Request) -> Call:
    assert isinstance(request.operator, Bending)
    p = request.operator.bend(request.graph, request.node)
    numbers = params(
        "mcutk_bent",
        in_zero_point=p.in_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.positive.multiplier,
        shift=p.positive.shift,
        negative_multiplier=p.negative.multiplier,
        negative_shift=p.negative.shift,
        low=p.low,
        high=p.high,
        mirrored=int(p.mirrored),
    )
    return _call(request, "mcutk_bent_s16", (numbers,), _BEND)


def _squashed(request: Request) -> Call:
    assert isinstance(request.operator, Squashing)
    p = request.operator.steps(request.graph, request.node)
    table = ConstArray("sigmoid", "uint16_t", SIGMOID_TABLE.astype(np.uint16), is_weights=False)
    rest = (ConstArg(table), IntArg(p.multiplier), IntArg(p.shift))
    return _call(request, f"mcutk_{request.node.op.lower()}_s16", rest, _SQUASH)


KERNELS.add("mcutk_bent_s16", Kernel(lambda operator: isinstance(operator, Bending), _bent, types=(DType.INT16,)))
KERNELS.add("mcutk_squash_s16", Kernel(("LOGISTIC", "TANH"), _squashed, types=(DType.INT16,)))
