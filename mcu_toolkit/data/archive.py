"""Reads .npz files of the toolkit, which another program or person may have made or changed.

NumPy allocates what the header of an array states, and a compressed archive may hold a thousand times its size. Both
are compared with the size of the file first.
"""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

#: Arrays of one archive, the factor by which compression may shrink one, and bytes of a header.
_MOST_ARRAYS = 1 << 14
_LARGEST_RATIO = 100
_HEADER = 1 << 14
#: What zipfile and NumPy's parser of headers raise on damaged bytes, beside ValueError.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, tokenize.TokenError, EOFError, NotImplementedError, RuntimeError, SyntaxError,
    TypeError, KeyError, OverflowError, MemoryError,
)  # fmt: skip


def read_archive(path: Path) -> Mapping[str, Array]:
    """The arrays of an .npz file by name.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged, holds pickled objects, or an array that is larger than its part of the file or that
            grows by more than `_LARGEST_RATIO` when it is decompressed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_ARRAYS:
                raise ValueError(f"it holds {len(parts)} arrays, more than {_MOST_ARRAYS}")
            return {part.filename.removesuffix(".npy"): _array(archive, part) for part in parts}
    except _DAMAGED as bad:
        raise ValueError(str(bad)) from bad


def _array(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Array:
    if part.file_size > _LARGEST_RATIO * part.compress_size + _HEADER:
        raise ValueError(f"the array '{part.filename[:60]}' has {part.file_size} bytes in {part.compress_size}")
    with archive.open(part) as stream:
        version = np.lib.format.read_magic(stream)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        if version not in readers:
            raise ValueError(f"the array '{part.filename[:60]}' has format {version}")
        shape, _, dtype = readers[version](stream, max_header_size=_HEADER)
        size = dtype.itemsize
        for dim in shape:
            size *= int(dim)
        if dtype.hasobject or not 0 <= size <= part.file_size <= size + _HEADER:
            raise ValueError(f"the array '{part.filename[:60]}' states {size} bytes and has {part.file_size}")
    with archive.open(part) as stream:
        array: Array = np.lib.format.read_array(stream, allow_pickle=False, max_header_size=_HEADER)
        return array
