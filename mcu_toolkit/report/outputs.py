"""Outputs of two runtimes compared byte by byte."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Int8Array = npt.NDArray[np.int8]


def mismatching(first: Int8Array, second: Int8Array) -> list[int]:
    """Indices of the samples whose outputs differ in any byte.

    Args:
        first, second: int8 [N, bytes].

    Raises:
        ValueError: the shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(f"outputs of shapes {first.shape} and {second.shape} cannot be compared")
    return [int(i) for i in np.flatnonzero((first != second).any(axis=1))]


def crc32s(outputs: Int8Array) -> tuple[str, ...]:
    """CRC-32 (zlib) of each row in eight hex digits."""
    return tuple(f"{zlib.crc32(np.ascontiguousarray(row).tobytes()):08x}" for row in outputs)
