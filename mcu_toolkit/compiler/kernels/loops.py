"""Nested loops over tensors, as the parameter structs of the kernels state them: extents and strides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

#: One loop: extent, then one stride per operand.
Loop = tuple[int, ...]

#: Loops of ``mcutk_copy`` and ``mcutk_broadcast``.
LOOPS = 5


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
    """The same walk in fewer loops.

    Loops of extent 1 are removed; two neighbours are merged where every operand steps evenly through both.
    """
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


def walk_of(numbers: npt.NDArray[np.int64]) -> tuple[int, tuple[Loop, ...]] | None:
    """Nested loops that visit the numbers in order.

    Args:
        numbers: int64 [n], n >= 1.

    Returns:
        First number, and (extent, step) of each loop, outermost first, as few as there can be; None where no nested
        loops visit these numbers.
    """
    first, rest, loops = int(numbers[0]), numbers, []
    while rest.size > 1:
        steps = np.diff(rest)
        changes = np.flatnonzero(steps != steps[0])
        extent = int(changes[0]) + 1 if changes.size else rest.size
        if rest.size % extent:
            return None
        rows = rest.reshape(-1, extent)
        if (rows - rows[:, :1] != rows[0] - rows[0, 0]).any():
            return None
        loops.append((extent, int(steps[0])))
        rest = rows[:, 0]
    return first, tuple(reversed(loops))


def run_length(numbers: npt.NDArray[np.int64]) -> int:
    """The longest run into which the numbers divide evenly; within a run each is one more than the one before."""
    ends = np.flatnonzero(np.diff(numbers) != 1) + 1
    return int(np.gcd.reduce(np.append(ends, numbers.size)))


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
