"""Operators that only move data, as strided copies of mcutk_move.h."""

from __future__ import annotations

from collections.abc import Sequence

from mcu_toolkit.compiler.call import (
    Argument,
    Call,
    IntArg,
    Invocation,
    Overlap,
    TensorArg,
    in_place,
    params,
)
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.loops import Loop, dense_strides, merge_loops, padded_loops, unrolled
from mcu_toolkit.graph.ops import concatenation, slice, split, strided_slice, transpose
from mcu_toolkit.graph.ops.base import Operator
from mcu_toolkit.targets.isa import Costs

SOURCES = ("portable/mcutk_move.c", "portable/mcutk_copy.c")
HEADER = "portable/mcutk_move.h"


def copies(source: TensorArg, target: TensorArg, loops: Sequence[Loop], element: int) -> tuple[Invocation, ...]:
    """A strided copy.

    Args:
        source, target: first element read and written.
        loops: (extent, source stride, target stride), strides in elements, outermost first.
        element: bytes per element.
    """
    walk = merge_loops([(extent, a * element, b * element) for extent, a, b in loops])
    run = element
    if walk and walk[-1][1:] == (element, element):
        run, walk = walk[-1][0] * element, walk[:-1]
    if not walk:
        return (Invocation("mcutk_copy_bytes", (_bytes(source, 0), _bytes(target, 0), IntArg(run))),)
    made = []
    for (at_source, at_target), inner in unrolled(walk, 2):
        extent, in_stride, out_stride = padded_loops(inner, 2)
        arguments: tuple[Argument, ...] = (
            _bytes(source, at_source),
            _bytes(target, at_target),
            params("mcutk_copy", "copy", extent=extent, in_stride=in_stride, out_stride=out_stride, run=run),
        )
        made.append(Invocation("mcutk_copy_strided", arguments))
    return tuple(made)


def _bytes(argument: TensorArg, offset: int) -> TensorArg:
    """The argument as ``uint8_t *``, `offset` bytes further on."""
    return TensorArg(argument.index, argument.offset + offset, as_bytes=True)


def copy_call(
    invocations: Sequence[Invocation],
    costs: Costs,
    byte_count: int,
    overlaps: tuple[Overlap, ...] = (),
    kernel: str = "",
) -> Call:
    """A `Call` of functions in mcutk_move.h that write `byte_count` bytes."""
    return Call(
        invocations=tuple(invocations),
        sources=SOURCES,
        headers=(HEADER,),
        overlaps=overlaps,
        cost=costs.copy_byte * byte_count + costs.walk * len(invocations),
        kernel=kernel,
    )


def _whole(request: Request, source: int, target: int) -> Call:
    """One tensor copied into another."""
    tensor = request.graph.tensors[source]
    made = copies(TensorArg(source), TensorArg(target), [(tensor.elements, 1, 1)], tensor.dtype.bytes)
    return copy_call(made, request.costs, tensor.bytes)


def _view(request: Request) -> Call:
    """A constant under another shape becomes an activation; views of activations need no code (`compiler.views`)."""
    return _whole(request, request.input, request.output)


def _read_variable(request: Request) -> Call:
    """A copy, because the variable may be assigned while the value is still read."""
    return _whole(request, request.input, request.output)


def _assign_variable(request: Request) -> Call:
    variable, value = request.node.inputs
    return _whole(request, value, variable)


def _slice(request: Request) -> Call:
    return _cut(request, slice.ranges(request.graph, request.node) or ())


def _strided_slice(request: Request) -> Call:
    return _cut(request, strided_slice.ranges(request.graph, request.node) or ())


def _cut(request: Request, kept: slice.Ranges) -> Call:
    """Copy what (start, stop, step) of each dimension keeps; steps may be negative.

    With steps forward no element moves up, and elements are copied in order: the output may lie over the input.
    """
    data = request.data
    size, steps = data.dtype.bytes, dense_strides(data.shape)
    counts = [len(range(start, stop, step)) for start, stop, step in kept]
    walk = [stride * step for stride, (_, _, step) in zip(steps, kept, strict=True)]
    first = sum(stride * start for stride, (start, _, _) in zip(steps, kept, strict=True))
    loops = list(zip(counts, walk, dense_strides(counts), strict=True))
    forward = all(step > 0 for _, _, step in kept) and not data.is_const
    return copy_call(
        copies(TensorArg(request.input, first * size), TensorArg(request.output), loops, size),
        request.costs,
        request.result.bytes,
        in_place(request.input, request.output) if forward else (),
    )


def _split(request: Request) -> Call:
    """One strided copy per part."""
    source = request.node.inputs[1]
    data = request.graph.tensors[source]
    axis, size = split.axis_of(request.graph, request.node) or 0, data.dtype.bytes
    steps = dense_strides(data.shape)
    made: list[Invocation] = []
    for part, index in enumerate(request.node.outputs):
        shape = request.graph.tensors[index].shape
        start = part * shape[axis] * steps[axis] * size
        loops = list(zip(shape, steps, dense_strides(shape), strict=True))
        made.extend(copies(TensorArg(source, start), TensorArg(index), loops, size))
    return copy_call(made, request.costs, data.bytes)


def _concatenation(request: Request) -> Call:
    """One strided copy per input."""
    out = request.result
    axis, size = concatenation.axis_of(request.graph, request.node), out.dtype.bytes
    steps = dense_strides(out.shape)
    made: list[Invocation] = []
    place = 0
    for index in request.node.inputs:
        shape = request.graph.tensors[index].shape
        loops = list(zip(shape, dense_strides(shape), steps, strict=True))
        made.extend(copies(TensorArg(index), TensorArg(request.output, place * steps[axis] * size), loops, size))
        place += shape[axis]
    return copy_call(made, request.costs, out.bytes)


def _transpose(request: Request) -> Call:
    """A strided copy in the order of the output."""
    data = request.data
    steps = dense_strides(data.shape)
    order = transpose.permutation(request.graph, request.node) or ()
    counts = [data.shape[axis] for axis in order]
    loops = list(zip(counts, [steps[axis] for axis in order], dense_strides(counts), strict=True))
    made = copies(TensorArg(request.input), TensorArg(request.output), loops, data.dtype.bytes)
    return copy_call(made, request.costs, 2 * data.bytes)


def _pads(operator: Operator) -> bool:
    """Whether it is a padding operator."""
    return type(operator).border is not Operator.border


def _pad(request: Request) -> Call:
    """The whole output is filled; the copy then overwrites what is not border."""
    shape, out = request.data.shape, request.result
    size = out.dtype.bytes
    steps = dense_strides(out.shape)
    border = request.operator.border(request.graph, request.node)
    assert border is not None
    first = sum(before * step for (before, _), step in zip(border.amounts, steps, strict=True))
    whole = TensorArg(request.output, as_bytes=True)
    fill = Invocation("mcutk_fill", (whole, IntArg(border.value), IntArg(size), IntArg(out.elements)))
    loops = list(zip(shape, dense_strides(shape), steps, strict=True))
    made = copies(TensorArg(request.input), TensorArg(request.output, first * size), loops, size)
    return copy_call((fill, *made), request.costs, 2 * out.bytes, kernel="mcutk_fill + copy")


KERNELS.add("copy view", Kernel(lambda operator: operator.view, _view))
KERNELS.add("copy variable out", Kernel(("READ_VARIABLE",), _read_variable))
KERNELS.add("copy variable in", Kernel(("ASSIGN_VARIABLE",), _assign_variable))
KERNELS.add("copy slice", Kernel(("SLICE",), _slice))
KERNELS.add("copy strided slice", Kernel(("STRIDED_SLICE",), _strided_slice))
KERNELS.add("copy parts", Kernel(("SPLIT",), _split))
KERNELS.add("copy together", Kernel(("CONCATENATION",), _concatenation))
KERNELS.add("copy transposed", Kernel(("TRANSPOSE",), _transpose))
KERNELS.add("fill and copy", Kernel(_pads, _pad))
