"""Strided copies and broadcast walks, executed, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from mcu_toolkit.compiler.call import IntArg, Invocation, ParamsArg, TensorArg
from mcu_toolkit.compiler.kernels.copy import copies
from mcu_toolkit.compiler.kernels.loops import (
    LOOPS,
    broadcast_strides,
    dense_strides,
    merge_loops,
    run_length,
    walk_of,
)

SOURCE, TARGET = 0, 1


def execute(invocations: tuple[Invocation, ...], data: bytes, size: int) -> bytes:
    """The semantics of mcutk_copy_bytes and mcutk_copy_strided."""
    out = bytearray(b"\xee" * size)
    for call in invocations:
        source, target, last = call.arguments
        assert isinstance(source, TensorArg) and isinstance(target, TensorArg)
        if isinstance(last, IntArg):
            out[target.offset : target.offset + last.value] = data[source.offset : source.offset + last.value]
            continue
        assert isinstance(last, ParamsArg)
        fields = dict(last.fields)
        extent, steps_in, steps_out = (np.array(fields[k]) for k in ("extent", "in_stride", "out_stride"))
        assert len(extent) == LOOPS
        for index in np.ndindex(*extent):
            start, place = source.offset + int(index @ steps_in), target.offset + int(index @ steps_out)
            run = fields["run"]
            assert isinstance(run, int) and start >= 0 and start + run <= len(data)
            out[place : place + run] = data[start : start + run]
    return bytes(out)


@pytest.mark.parametrize("seed", range(60))
def test_copies_equal_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rank, element = int(rng.integers(1, 8)), int(rng.choice([1, 2, 4]))
    shape = tuple(int(d) for d in rng.integers(1, 4, rank))
    array = rng.integers(0, 256, (*shape, element)).astype(np.uint8)
    order = rng.permutation(rank)
    steps = rng.choice([1, -1], rank)
    view = array.transpose(*order, rank)[tuple(slice(None, None, int(s)) for s in steps)]
    strides = dense_strides(shape)
    counts = [shape[a] for a in order]
    walk = [strides[a] * int(s) for a, s in zip(order, steps, strict=True)]
    first = sum(strides[a] * (shape[a] - 1) for a, s in zip(order, steps, strict=True) if s < 0)
    loops = list(zip(counts, walk, dense_strides(counts), strict=True))
    made = copies(TensorArg(SOURCE, first * element), TensorArg(TARGET), loops, element)
    assert execute(made, array.tobytes(), array.size) == np.ascontiguousarray(view).tobytes()


@pytest.mark.parametrize("seed", range(40))
def test_broadcast_walks_equal_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    out = tuple(int(d) for d in rng.integers(1, 4, int(rng.integers(1, 6))))
    own = tuple(1 if rng.random() < 0.4 else d for d in out)[int(rng.integers(0, len(out))) :]
    array = np.arange(int(np.prod(own, dtype=int))).reshape(own)
    loops = merge_loops(list(zip(out, broadcast_strides(own, out), dense_strides(out), strict=True)))
    found = np.full(int(np.prod(out)), -1)
    for index in np.ndindex(*(loop[0] for loop in loops)):
        place = sum(i * loop[2] for i, loop in zip(index, loops, strict=True))
        found[place] = array.reshape(-1)[sum(i * loop[1] for i, loop in zip(index, loops, strict=True))]
    assert (found.reshape(out) == np.broadcast_to(array, out)).all()


@pytest.mark.parametrize("seed", range(60))
def test_walk_visits_the_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    extents = rng.integers(1, 5, int(rng.integers(1, 6)))
    steps = rng.integers(-9, 40, len(extents))
    numbers = np.array([1000 + int(np.array(i) @ steps) for i in np.ndindex(*extents)], np.int64)
    found = walk_of(numbers)
    assert found is not None
    first, loops = found
    again = [first + sum(i * step for i, (_, step) in zip(at, loops, strict=True)) for at in _indices(loops)]
    assert again == numbers.tolist() and len(loops) <= len(extents)


def _indices(loops: tuple[tuple[int, ...], ...]) -> list[tuple[int, ...]]:
    return list(np.ndindex(*(extent for extent, _ in loops)))


def test_numbers_that_no_loops_visit() -> None:
    assert walk_of(np.array([0, 1, 3])) is None
    assert walk_of(np.array([0, 1, 4, 5, 9, 10])) is None
    assert walk_of(np.array([7])) == (7, ())


@pytest.mark.parametrize(
    ("numbers", "run"), [([5, 6, 7, 8], 4), ([0, 1, 4, 5], 2), ([0, 1, 2, 4, 5], 1), ([3], 1), ([1, 0], 1)]
)
def test_run_length(numbers: list[int], run: int) -> None:
    assert run_length(np.array(numbers)) == run
