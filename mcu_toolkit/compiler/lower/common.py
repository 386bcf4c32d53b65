"""What several lowerings share: parameter structs, loops over tensors, lookup tables, strided copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mcu_toolkit.compiler.call import (
    Argument,
    Call,
    ConstArg,
    FieldValue,
    IntArg,
    Invocation,
    Overlap,
    ParamsArg,
    TensorArg,
)
from mcu_toolkit.compiler.layer import ConstArray
from mcu_toolkit.graph.ir import Array, DType, Graph, Node

#: One loop: extent, then one stride an operand.
Loop = tuple[int, ...]

#: Loops that the kernels have.
LOOPS = 5


def params(ctype: str, suffix: str = "params", **fields: FieldValue) -> ParamsArg:
    """A ``static const`` struct from its fields in the order of the keywords."""
    return ParamsArg(ctype, tuple(fields.items()), suffix)


def dense_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Strides of a dense row-major array, in elements."""
    strides = [1] * len(shape)
    for axis in reversed(range(len(shape) - 1)):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    return tuple(strides)


def broadcast_strides(shape: Sequence[int], out_shape: Sequence[int]) -> tuple[int, ...]:
    """Strides in elements that step a dense array over a wider shape, 0 where it repeats."""
    own = (1,) * (len(out_shape) - len(shape)) + tuple(shape)
    return tuple(
        0 if size == 1 and wide != 1 else stride
        for size, wide, stride in zip(own, out_shape, dense_strides(own), strict=True)
    )


def merge_loops(loops: Sequence[Loop]) -> tuple[Loop, ...]:
    """The same walk in fewer loops: those of extent 1 go, and neighbours that every operand walks evenly merge."""
    merged: list[Loop] = []
    for loop in loops:
        if loop[0] == 1:
            continue
        if merged and all(outer == inner * loop[0] for outer, inner in zip(merged[-1][1:], loop[1:], strict=True)):
            merged[-1] = (merged[-1][0] * loop[0], *loop[1:])
        else:
            merged.append(tuple(loop))
    return tuple(merged)


def padded_loops(loops: Sequence[Loop], operands: int, count: int = LOOPS) -> tuple[tuple[int, ...], ...]:
    """Loops as columns, extents first, with outer loops of extent 1 added up to `count`."""
    rows = [(1, *(0,) * operands)] * (count - len(loops)) + list(loops)
    return tuple(zip(*rows, strict=True))


def unrolled(
    loops: Sequence[Loop], operands: int, count: int = LOOPS
) -> Iterator[tuple[tuple[int, ...], Sequence[Loop]]]:
    """Walks of at most `count` loops that together are the whole walk: (offset of each operand, loops)."""
    if len(loops) <= count:
        yield (0,) * operands, loops
        return
    outer, inner = loops[0], loops[1:]
    for index in range(outer[0]):
        for offsets, rest in unrolled(inner, operands, count):
            yield tuple(at + index * step for at, step in zip(offsets, outer[1:], strict=True)), rest


def copies(source: TensorArg, target: TensorArg, loops: Sequence[Loop], element: int) -> tuple[Invocation, ...]:
    """A strided copy.

    Args:
        source, target: first element read and written.
        loops: (extent, source stride, target stride), strides in elements, outermost first.
        element: bytes an element.
    """
    walk = merge_loops([(extent, a * element, b * element) for extent, a, b in loops])
    run = element
    if walk and walk[-1][1:] == (element, element):
        run, walk = walk[-1][0] * element, walk[:-1]
    if not walk:
        return (Invocation("mcutk_copy_bytes", (source, target, IntArg(run))),)
    made = []
    for (at_source, at_target), inner in unrolled(walk, 2):
        extent, in_stride, out_stride = padded_loops(inner, 2)
        arguments: tuple[Argument, ...] = (
            TensorArg(source.index, source.offset + at_source),
            TensorArg(target.index, target.offset + at_target),
            params("mcutk_copy", "copy", extent=extent, in_stride=in_stride, out_stride=out_stride, run=run),
        )
        made.append(Invocation("mcutk_copy_strided", arguments))
    return tuple(made)


def move_call(
    invocations: tuple[Invocation, ...], byte_count: int, overlaps: tuple[Overlap, ...] = (), kernel: str = ""
) -> Call:
    """A `Call` of functions in mcutk_move.h."""
    return Call(
        invocations=invocations,
        sources=("portable/mcutk_move.c", "portable/mcutk_copy.c"),
        headers=("portable/mcutk_move.h",),
        overlaps=overlaps,
        cost=3 * byte_count + 60 * len(invocations),
        kernel=kernel,
    )


def lookup(graph: Graph, node: Node, table: Array) -> Call:
    """An operator that maps each byte to a byte, in place if the planner likes.

    Args:
        table: 256 outputs, that of the least input value first (-128 for int8, 0 for uint8).
    """
    source, target = node.inputs[0], node.outputs[0]
    count = graph.tensors[source].elements
    if graph.tensors[source].dtype is DType.INT8:
        table = np.roll(table, 128)  # the kernel indexes by the byte
    array = ConstArray("table", "uint8_t", (np.asarray(table, np.int64) & 0xFF).astype(np.uint8), is_weights=False)
    return Call(
        invocations=(
            Invocation("mcutk_lookup_8", (TensorArg(source), TensorArg(target), ConstArg(array), IntArg(count))),
        ),
        sources=("portable/mcutk_lookup.c",),
        headers=("portable/mcutk_lookup.h",),
        overlaps=in_place(source, target),
        cost=5 * count + 20,
    )


def in_place(source: int, target: int) -> tuple[Overlap, ...]:
    """The permission of an elementwise kernel of one element size: element i is written once element i is read."""
    return (Overlap(source, target, 0),)
