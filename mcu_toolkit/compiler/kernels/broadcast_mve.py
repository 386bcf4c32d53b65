"""ADD, SUB and MUL of two int8 tensors with Helium, with broadcasting."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.call import Call
from mcu_toolkit.compiler.kernels import add as portable_add
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.binary import binary_call, loops_of, mul_numbers
from mcu_toolkit.compiler.kernels.loops import LOOPS
from mcu_toolkit.graph.ops import add, mul
from mcu_toolkit.targets.isa import MVE

#: `Sum.left_shift` that the kernel of ADD has built in.
_LEFT_SHIFT = 20
#: Elements that are computed together, and the shortest rows for which that pays.
_LANES, _SHORTEST = 8, 4
#: Instructions for eight elements, and for a row.
_ADD, _MUL, _ROW = 91, 52, 55


def _walks(request: Request) -> bool:
    """Whether rows are long enough, and each input is adjacent in them or one element."""
    loops = loops_of(request)
    return bool(loops) and len(loops) <= LOOPS and loops[-1][0] >= _SHORTEST and max(loops[-1][1:]) <= 1


def _call(request: Request, call: Call, cost: int) -> Call:
    extent = loops_of(request)[-1][0]
    rows = request.result.elements // extent
    return replace(
        call,
        sources=("mve/mcutk_broadcast_mve.c",),
        headers=("mve/mcutk_broadcast_mve.h",),
        cost=request.costs.walk + rows * (_ROW + cost * -(-extent // _LANES)),
    )


def _adds(request: Request) -> bool:
    p = add.prepare(request.graph, request.node)
    return p.left_shift == _LEFT_SHIFT and p.out.shift < 0 and _walks(request)


def _add(request: Request) -> Call:
    numbers = portable_add.add_numbers(add.prepare(request.graph, request.node))
    return _call(request, binary_call(request, "mcutk_add_broadcast_mve", numbers, 0), _ADD)


def _multiplies(request: Request) -> bool:
    return mul.prepare(request.graph, request.node).factor.shift < 0 and _walks(request)


def _mul(request: Request) -> Call:
    numbers = mul_numbers(mul.prepare(request.graph, request.node))
    return _call(request, binary_call(request, "mcutk_mul_broadcast_mve", numbers, 0), _MUL)


KERNELS.add("mcutk_add_broadcast_mve", Kernel(portable_add.OPERATORS, _add, MVE.id, _adds))
KERNELS.add("mcutk_mul_broadcast_mve", Kernel(("MUL",), _mul, MVE.id, _multiplies))
