"""ADD of two tensors of one shape with Helium, with a table for large ones."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, Overlap, ScratchArg, TensorArg
from mcu_toolkit.compiler.kernels.add import HALF, OPERATORS, TABLE_BYTES, add_numbers
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ops.add import Sum, prepare
from mcu_toolkit.targets.isa import MVE

#: Elements from which filling the table pays.
_TABLE_PAYS = 1024


def _operands(request: Request) -> tuple[int, int, Sum]:
    """The inputs, that of the larger scale first, and the numbers that go with them in this order."""
    a, b = request.node.inputs
    p = prepare(request.graph, request.node)
    if p.a == HALF:
        return a, b, p
    return b, a, replace(p, a=p.b, b=p.a, a_zero_point=p.b_zero_point, b_zero_point=p.a_zero_point)


def _accepts(request: Request) -> bool:
    a, b, p = _operands(request)
    exact = p.a == HALF and p.left_shift == 20 and p.b.shift <= 0 and p.out.shift < 0 and p.sign == 1
    return exact and all(request.graph.tensors[index].elements == request.result.elements for index in (a, b))


def _call(request: Request) -> Call:
    a, b, p = _operands(request)
    result, count = request.output, request.result.elements
    table = count >= _TABLE_PAYS
    scratch = (ScratchArg(),) if table else ()
    arguments = (TensorArg(a), TensorArg(b), TensorArg(result), *scratch, add_numbers(p), IntArg(count))
    tensors = request.graph.tensors
    return Call(
        invocations=(Invocation("mcutk_add_table_mve" if table else "mcutk_add_mve", arguments),),
        sources=("mve/mcutk_elementwise_mve.c",),
        headers=("mve/mcutk_elementwise_mve.h",),
        scratch_bytes=TABLE_BYTES if table else 0,
        overlaps=tuple(Overlap(i, result, 0) for i in dict.fromkeys((a, b)) if not tensors[i].is_const),
        cost=700 + 24 * -(-count // 8) if table else 40 + 21 * -(-count // 4),
    )


KERNELS.add("mcutk_add_mve", Kernel(OPERATORS, _call, MVE.id, _accepts))
