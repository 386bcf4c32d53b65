"""ADD and SUB in portable C.

Two activations of one shape with enough elements take the kernel that fills a table first; everything else takes the
general one. The general kernel is not offered where the table pays: it would save the table's 1 KiB of scratch, which
is free at most places of a graph, for three times the instructions.
"""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, ParamsArg, ScratchArg, TensorArg, in_place, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.binary import binary_call, suffix
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops.add import Sum, prepare
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE
from mcu_toolkit.graph.requantize import Multiplier

OPERATORS = ("ADD", "SUB")
#: Factor of the input of the larger scale.
HALF = Multiplier(1 << 30, 0)
#: Bytes of the table: 256 int32.
TABLE_BYTES = 1024
#: Elements from which filling the table pays.
_TABLE_PAYS = 200
#: Instructions to fill the table, per element with it, and per element of the general kernel; measured.
_FILL, _WITH_TABLE, _GENERAL = 5500, 15, 55


def add_numbers(p: Sum) -> ParamsArg:
    """The struct ``mcutk_add``."""
    return params(
        "mcutk_add",
        a_zero_point=p.a_zero_point,
        b_zero_point=p.b_zero_point,
        out_zero_point=p.out_zero_point,
        left_shift=p.left_shift,
        a_multiplier=p.a.multiplier,
        a_shift=p.a.shift,
        b_multiplier=p.b.multiplier,
        b_shift=p.b.shift,
        out_multiplier=p.out.multiplier,
        out_shift=p.out.shift,
        b_sign=p.sign,
        act_min=p.act_min,
        act_max=p.act_max,
    )


def _table_pays(request: Request) -> bool:
    """Whether the table kernel applies, and saves more than the table costs."""
    a, b = (request.graph.tensors[index] for index in request.node.inputs)
    if request.result.dtype is not DType.INT8:
        return False
    distinct = not a.is_const and not b.is_const and request.node.inputs[0] != request.node.inputs[1]
    if not distinct or a.shape != b.shape or a.elements < _TABLE_PAYS:
        return False
    return prepare(request.graph, request.node).out.shift < 0


def _by_table(request: Request) -> Call:
    """One input has the factor one half; the other goes through a table."""
    node, p = request.node, prepare(request.graph, request.node)
    a_is_near = p.a == HALF
    near, far = node.inputs[:2] if a_is_near else node.inputs[1::-1]
    far_factor = p.b if a_is_near else p.a
    numbers = params(
        "mcutk_add_table",
        near_zero_point=p.a_zero_point if a_is_near else p.b_zero_point,
        far_zero_point=p.b_zero_point if a_is_near else p.a_zero_point,
        out_zero_point=p.out_zero_point,
        near_sign=1 if a_is_near else p.sign,
        far_sign=p.sign if a_is_near else 1,
        far_multiplier=far_factor.multiplier,
        far_shift=far_factor.shift,
        multiplier=p.out.multiplier,
        shift=p.out.shift,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    result, count = request.output, request.result.elements
    arguments = (TensorArg(near), TensorArg(far), TensorArg(result), ScratchArg(), numbers, IntArg(count))
    return Call(
        invocations=(Invocation("mcutk_add_table_s8", arguments),),
        sources=("portable/mcutk_add.c",),
        headers=("portable/mcutk_add.h",),
        scratch_bytes=TABLE_BYTES,
        overlaps=(*in_place(near, result), *in_place(far, result)),
        cost=_FILL + _WITH_TABLE * count,
    )


def _general(request: Request) -> Call:
    """Both inputs to one scale, summed, and to the output's scale."""
    numbers = add_numbers(prepare(request.graph, request.node))
    return binary_call(request, f"mcutk_add_{suffix(request)}", numbers, _GENERAL)


KERNELS.add("mcutk_add_table_s8", Kernel(OPERATORS, _by_table, accepts=_table_pays))
KERNELS.add(
    "mcutk_add", Kernel(OPERATORS, _general, accepts=lambda request: not _table_pays(request), types=NARROW_AND_WIDE)
)
