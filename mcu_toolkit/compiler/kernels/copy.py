"""Operators that only move data, as strided copies of mcutk_move.h."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import (
    Argument,
    Call,
    ConstArg,
    ConstArray,
    IntArg,
    Invocation,
    Overlap,
    TensorArg,
    params,
)
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.loops import (
    Loop,
    dense_strides,
    merge_loops,
    padded_loops,
    run_length,
    unrolled,
    walk_of,
)
from mcu_toolkit.graph.ops.base import Operator, Places
from mcu_toolkit.graph.requantize import zero_point_of
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


def fill(target: TensorArg, value: int, size: int, count: int) -> Invocation:
    """`count` elements of `size` bytes set to a value."""
    return Invocation("mcutk_fill", (_bytes(target, 0), IntArg(value), IntArg(size), IntArg(count)))


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


def _moves(operator: Operator) -> bool:
    """Whether it only moves elements of one input."""
    return type(operator).places is not Operator.places


def _moved(request: Request) -> Call:
    """One strided copy per output; elements that no nested loops visit in order are copied run by run from tables."""
    graph, places = request.graph, request.places
    source = graph.tensors[places.source]
    size, cost = source.dtype.bytes, 0
    made: list[Invocation] = []
    for index, numbers in zip(request.node.outputs, places.outputs, strict=True):
        walk = walk_of(numbers)
        if (numbers < 0).any():
            copied = _with_border(request, numbers)
        elif walk is None:
            copied = (_gathered(TensorArg(places.source), TensorArg(index), numbers, size),)
        else:
            first, loops = walk
            steps = dense_strides([extent for extent, _ in loops])
            walks = [(extent, step, out) for (extent, step), out in zip(loops, steps, strict=True)]
            copied = copies(TensorArg(places.source, first * size), TensorArg(index), walks, size)
        made.extend(copied)
        # Single elements take about twice as long per byte as runs.
        cost += (1 if run_length(numbers) > 1 else 2) * numbers.size * size
    return copy_call(made, request.costs, cost, _moved_overlaps(request, places, size))


def _moved_overlaps(request: Request, places: Places, size: int) -> tuple[Overlap, ...]:
    """The output of a node with one output is written upward, an element as soon as it is read."""
    source = request.graph.tensors[places.source]
    numbers = places.outputs[0]
    if source.is_const or source.variable or len(places.outputs) != 1 or (numbers < 0).any():
        return ()
    behind = int((np.arange(numbers.size) - numbers).max()) * size
    return (Overlap(places.source, request.output, behind),) if behind < source.bytes else ()


def _gathered(source: TensorArg, target: TensorArg, numbers: npt.NDArray[np.int64], size: int) -> Invocation:
    """Runs at offsets that are the sums of two tables: of an outer loop, and of an inner one."""
    run = run_length(numbers)
    starts = numbers[::run] * size
    sizes = [n for n in range(1, starts.size + 1) if starts.size % n == 0]
    inner = min((n for n in sizes if _is_sum(starts.reshape(-1, n))), key=lambda n: starts.size // n + n)
    grid = starts.reshape(-1, inner)
    arguments = (
        _bytes(source, 0),
        _bytes(target, 0),
        ConstArg(ConstArray("outer", "uint32_t", grid[:, 0].astype(np.uint32), is_weights=False)),
        ConstArg(ConstArray("inner", "int32_t", (grid[0] - grid[0, 0]).astype(np.int32), is_weights=False)),
        IntArg(len(grid)),
        IntArg(inner),
        IntArg(run * size),
    )
    return Invocation("mcutk_copy_gathered", arguments)


def _is_sum(grid: npt.NDArray[np.int64]) -> bool:
    """Whether each number of the grid is a number of its row plus one of its column."""
    return bool((grid - grid[:, :1] == grid[0] - grid[0, 0]).all())


def _with_border(request: Request, numbers: npt.NDArray[np.int64]) -> tuple[Invocation, ...]:
    """The whole output is filled; then the box of moved elements in each slice of the first dimension is copied."""
    out = request.result
    size, slices = out.dtype.bytes, numbers.reshape(out.shape)
    steps = dense_strides(out.shape)
    value = zero_point_of(out) if out.quant else 0
    made: list[Invocation] = [fill(TensorArg(request.output), value, size, out.elements)]
    for number, part in enumerate(slices):
        inside = np.argwhere(part >= 0)
        if not inside.size:
            continue
        low, high = inside.min(axis=0), inside.max(axis=0) + 1
        box = part[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        walk = walk_of(box.reshape(-1))
        assert walk is not None and (box >= 0).all(), "the moved elements of a slice are a box"
        start = number * steps[0] + int(low @ np.array(steps[1:], np.int64))
        made.extend(_box(request, walk[0] * size, start * size, box, steps[1:]))
    return tuple(made)


def _box(
    request: Request, first: int, start: int, box: npt.NDArray[np.int64], steps: Sequence[int]
) -> tuple[Invocation, ...]:
    """A box of elements that nested loops visit, to the same box of the output."""
    loops = []
    for axis, extent in enumerate(box.shape):
        line = np.moveaxis(box, axis, 0).reshape(extent, -1)[:, 0]
        loops.append((extent, int(line[1] - line[0]) if extent > 1 else 0, steps[axis]))
    return copies(TensorArg(request.input, first), TensorArg(request.output, start), loops, request.data.dtype.bytes)


def _joins(operator: Operator) -> bool:
    """Whether it only puts inputs side by side."""
    return type(operator).slots is not Operator.slots


def _joined(request: Request) -> Call:
    """One strided copy per input."""
    out, size = request.result, request.result.dtype.bytes
    slots = request.operator.slots(request.graph, request.node)
    assert slots is not None
    made: list[Invocation] = []
    for index, numbers in zip(request.node.inputs, slots, strict=False):
        walk = walk_of(numbers)
        assert walk is not None, "an input lies in the output as nested loops visit it"
        first, loops = walk
        steps = dense_strides([extent for extent, _ in loops])
        walks = [(extent, own, step) for (extent, step), own in zip(loops, steps, strict=True)]
        made.extend(copies(TensorArg(index), TensorArg(request.output, first * size), walks, size))
    return copy_call(made, request.costs, out.bytes)


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
    filled = fill(TensorArg(request.output), border.value, size, out.elements)
    loops = list(zip(shape, dense_strides(shape), steps, strict=True))
    made = copies(TensorArg(request.input), TensorArg(request.output, first * size), loops, size)
    return copy_call((filled, *made), request.costs, 2 * out.bytes, kernel="mcutk_fill + copy")


KERNELS.add("copy view", Kernel(lambda operator: operator.view, _view, types=()))
KERNELS.add("copy variable out", Kernel(("READ_VARIABLE",), _read_variable, types=()))
KERNELS.add("copy variable in", Kernel(("ASSIGN_VARIABLE",), _assign_variable, types=()))
KERNELS.add("copy moved", Kernel(_moves, _moved, types=()))
KERNELS.add("copy together", Kernel(_joins, _joined, types=()))
KERNELS.add("fill and copy", Kernel(_pads, _pad, types=()))
