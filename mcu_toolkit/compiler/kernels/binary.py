"""Elementwise operators on two int8 or int16 tensors in portable C, with broadcasting: MUL, MAXIMUM, MINIMUM, PRELU."""

from __future__ import annotations

from mcu_toolkit.compiler.call import Call, Invocation, Overlap, ParamsArg, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.loops import LOOPS, Loop, broadcast_strides, dense_strides, merge_loops, padded_loops
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops import mul, prelu
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE

#: Instructions per element, measured.
_COMPARE, _MUL, _PRELU = 12, 35, 40


def binary_call(request: Request, function: str, numbers: ParamsArg | None, cost: int, file: str = "") -> Call:
    """A function ``(a, b, out, [numbers,] loops)`` of mcutk_elementwise.h, or of mcutk_elementwise_s16.h for int16.

    Args:
        request: a node with two inputs.
        function: its name.
        numbers: the parameter struct between the tensors and the loops, if it has one.
        cost: instructions per element.
        file: name of another header and source that hold it.

    Raises:
        CompileError: the shapes need more than `LOOPS` loops.
    """
    graph, node = request.graph, request.node
    a, b, result = node.inputs[0], node.inputs[-1], node.outputs[0]
    out = graph.tensors[result]
    file = file or ("mcutk_elementwise_s16" if out.dtype is DType.INT16 else "mcutk_elementwise")
    walks = [broadcast_strides(graph.tensors[index].shape, out.shape) for index in (a, b)]
    loops = loops_of(request)
    if len(loops) > LOOPS:
        raise CompileError(f"node {node.source}: {node.op} over shapes that need more than {LOOPS} loops")
    extent, stride_a, stride_b = padded_loops(loops, 2)
    shape = params("mcutk_broadcast", "loops", extent=extent, stride_a=stride_a, stride_b=stride_b)
    tensors = (TensorArg(a), TensorArg(b), TensorArg(result))
    arguments = (*tensors, shape) if numbers is None else (*tensors, numbers, shape)
    dense = dense_strides(out.shape)
    overlaps = tuple(
        Overlap(index, result, 0)
        for index, walk in zip(dict.fromkeys((a, b)), walks, strict=False)
        if not graph.tensors[index].is_const
        and graph.tensors[index].dtype.bytes == out.dtype.bytes
        and _same_walk(walk, dense, out.shape)
    )
    return Call(
        invocations=(Invocation(function, arguments),),
        sources=(f"portable/{file}.c",),
        headers=(f"portable/{file}.h",),
        overlaps=overlaps,
        cost=request.costs.walk + cost * out.elements,
    )


def loops_of(request: Request) -> tuple[Loop, ...]:
    """The loops over the output of a node with two inputs: extent, stride of each input."""
    graph, node = request.graph, request.node
    shape = graph.tensors[node.outputs[0]].shape
    walks = [broadcast_strides(graph.tensors[index].shape, shape) for index in (node.inputs[0], node.inputs[-1])]
    return merge_loops(list(zip(shape, *walks, strict=True)))


def _same_walk(walk: tuple[int, ...], dense: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether an input is read element by element as the output is written."""
    return all(a == b for a, b, extent in zip(walk, dense, shape, strict=True) if extent > 1)


def suffix(request: Request) -> str:
    """End of the name of the C function for the node's element type."""
    return "s16" if request.result.dtype is DType.INT16 else "s8"


def _maximum(request: Request) -> Call:
    return binary_call(request, f"mcutk_maximum_{suffix(request)}", None, _COMPARE)


def _minimum(request: Request) -> Call:
    return binary_call(request, f"mcutk_minimum_{suffix(request)}", None, _COMPARE)


def mul_numbers(p: mul.Product) -> ParamsArg:
    """The struct ``mcutk_mul``."""
    return params(
        "mcutk_mul",
        a_zero_point=p.a_zero_point,
        b_zero_point=p.b_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.factor.multiplier,
        shift=p.factor.shift,
        act_min=p.act_min,
        act_max=p.act_max,
    )


def _mul(request: Request) -> Call:
    """The product of both, rescaled."""
    numbers = mul_numbers(mul.prepare(request.graph, request.node))
    return binary_call(request, f"mcutk_mul_{suffix(request)}", numbers, _MUL)


def _prelu(request: Request) -> Call:
    """Negative inputs times a slope that broadcasts."""
    p = prelu.prepare(request.graph, request.node)
    numbers = params(
        "mcutk_prelu",
        in_zero_point=p.in_zero_point,
        alpha_zero_point=p.alpha_zero_point,
        out_zero_point=p.out_zero_point,
        multiplier=p.identity.multiplier,
        shift=p.identity.shift,
        slope_multiplier=p.slope.multiplier,
        slope_shift=p.slope.shift,
    )
    return binary_call(request, "mcutk_prelu_s8", numbers, _PRELU)


KERNELS.add("mcutk_maximum", Kernel(("MAXIMUM",), _maximum, types=NARROW_AND_WIDE))
KERNELS.add("mcutk_minimum", Kernel(("MINIMUM",), _minimum, types=NARROW_AND_WIDE))
KERNELS.add("mcutk_mul", Kernel(("MUL",), _mul, types=NARROW_AND_WIDE))
KERNELS.add("mcutk_prelu_s8", Kernel(("PRELU",), _prelu))
