"""SQUARED_DIFFERENCE, DIV, comparisons, logical operators, SELECT and CAST in portable C."""

from __future__ import annotations

from dataclasses import replace

from mcu_toolkit.compiler.call import Call, IntArg, Invocation, TensorArg, params
from mcu_toolkit.compiler.kernels.add import add_numbers
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.binary import binary_call, suffix
from mcu_toolkit.compiler.kernels.loops import broadcast_strides, merge_loops, padded_loops
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops import div, squared_difference
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE
from mcu_toolkit.graph.ops.comparison import scaled_inputs

#: Instructions per element.
_SQUARE, _DIV, _COMPARE, _SELECT, _CAST = 60, 250, 50, 60, 12

_RELATIONS = {
    "EQUAL": "EQUAL", "NOT_EQUAL": "NOT_EQUAL", "LESS": "LESS", "LESS_EQUAL": "LESS_EQUAL", "GREATER": "GREATER",
    "GREATER_EQUAL": "GREATER_EQUAL", "LOGICAL_AND": "AND", "LOGICAL_OR": "OR", "LOGICAL_NOT": "NOT",
}  # fmt: skip
_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32", DType.BOOL: "u8"}


def _squared_difference(request: Request) -> Call:
    numbers = add_numbers(squared_difference.prepare(request.graph, request.node))
    function = f"mcutk_squared_difference_{suffix(request)}"
    return _with_fixed(binary_call(request, function, numbers, _SQUARE, "mcutk_arithmetic"))


def _with_fixed(call: Call) -> Call:
    """The source of the reciprocal belongs to all functions of mcutk_arithmetic.c."""
    return replace(call, sources=(*call.sources, "portable/mcutk_fixed.c"))


def _div(request: Request) -> Call:
    p = div.prepare(request.graph, request.node)
    numbers = params(
        "mcutk_mul",
        a_zero_point=p.a_zero_point,
        b_zero_point=p.b_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        act_min=p.act_min,
        act_max=p.act_max,
    )
    return _with_fixed(binary_call(request, "mcutk_div_s8", numbers, _DIV, "mcutk_arithmetic"))


def _compare(request: Request) -> Call:
    """int8 operands are brought to one scale."""
    relation = f"MCUTK_{_RELATIONS[request.node.op]}"
    if request.data.dtype is DType.INT8:
        a, b = scaled_inputs(request.graph, request.node)
        numbers = params(
            "mcutk_comparison",
            relation=relation,
            a_zero_point=a.zero_point,
            a_multiplier=a.factor.multiplier,
            a_shift=a.factor.shift,
            b_zero_point=b.zero_point,
            b_multiplier=b.factor.multiplier,
            b_shift=b.factor.shift,
        )
    else:
        numbers = params("mcutk_comparison", relation=relation)
    function = f"mcutk_compare_{_SUFFIX[request.data.dtype]}"
    return binary_call(request, function, numbers, _COMPARE, "mcutk_compare")


def _select(request: Request) -> Call:
    graph, node, out = request.graph, request.node, request.result
    walks = [broadcast_strides(graph.tensors[index].shape, out.shape) for index in node.inputs]
    columns = padded_loops(merge_loops(list(zip(out.shape, *walks, strict=True))), 3)
    numbers = params(
        "mcutk_select",
        "loops",
        extent=columns[0],
        stride_condition=columns[1],
        stride_x=columns[2],
        stride_y=columns[3],
        size=out.dtype.bytes,
    )
    tensors = (TensorArg(index, as_bytes=True) for index in (*node.inputs, node.outputs[0]))
    return Call(
        invocations=(Invocation("mcutk_select_bytes", (*tensors, numbers)),),
        sources=("portable/mcutk_select.c",),
        headers=("portable/mcutk_select.h",),
        cost=request.costs.walk + _SELECT * out.elements,
    )


def _cast(request: Request) -> Call:
    function = f"mcutk_cast_{_SUFFIX[request.data.dtype]}_{_SUFFIX[request.result.dtype]}"
    tensors = TensorArg(request.input), TensorArg(request.output)
    return Call(
        invocations=(Invocation(function, (*tensors, IntArg(request.data.elements))),),
        sources=("portable/mcutk_cast.c",),
        headers=("portable/mcutk_cast.h",),
        cost=request.costs.call + _CAST * request.data.elements,
    )


KERNELS.add("mcutk_squared_difference", Kernel(("SQUARED_DIFFERENCE",), _squared_difference, types=NARROW_AND_WIDE))
KERNELS.add("mcutk_div_s8", Kernel(("DIV",), _div))
KERNELS.add("mcutk_compare", Kernel(tuple(_RELATIONS), _compare, types=(DType.BOOL,)))
KERNELS.add("mcutk_select", Kernel(("SELECT", "SELECT_V2"), _select, types=()))
KERNELS.add("mcutk_cast", Kernel(("CAST",), _cast, types=()))
