"""Minimum input/output offset at which a window operator may run in place, computing its output in raster order."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import numpy as np
import numpy.typing as npt

#: Output pixels above which no overlap is computed: the arrays below would take the memory of the host.
_MOST_PIXELS = 1 << 20


class WindowLike(Protocol):
    """A window over an image: `ConvLayer`, `graph.geometry.Geometry`. Sizes in pixels."""

    @property
    def in_h(self) -> int: ...
    @property
    def in_w(self) -> int: ...
    @property
    def out_h(self) -> int: ...
    @property
    def out_w(self) -> int: ...
    @property
    def kernel_h(self) -> int: ...
    @property
    def stride_h(self) -> int: ...
    @property
    def stride_w(self) -> int: ...
    @property
    def pad_top(self) -> int: ...
    @property
    def pad_left(self) -> int: ...


class Reading(Enum):
    """When a kernel reads the windows of a block of output pixels for the last time."""

    WHILE_WRITING = "while writing"  # any of their bytes may be read until the block's last output is written
    BY_CHANNEL = "by channel"  # output channel c is written once channel c of the windows is read; in_c == out_c
    BEFORE_WRITING = "before writing"  # all of it lies in scratch before the block's first output is written


def raster_slack(g: WindowLike, in_c: int, out_c: int, reading: Reading = Reading.WHILE_WRITING, block: int = 1) -> int:
    """Least ``input_address - output_address`` for a kernel that writes [out_h, out_w, out_c] at ascending addresses.

    Args:
        g: geometry.
        in_c, out_c: channels of the input and of the output, one byte each.
        reading: when the windows of a block are read for the last time.
        block: output pixels that are computed together; 0: whole rows. A block may continue in the next row.

    Returns:
        Slack in bytes, as `mcu_toolkit.compiler.call.Overlap` defines it; may be negative. Above `_MOST_PIXELS` it is
        the size of the output, which permits no overlap.
    """
    if g.out_h * g.out_w > _MOST_PIXELS:
        return g.out_h * g.out_w * out_c
    needed, end = _blocks(g, in_c, out_c, block or g.out_w)
    after = np.append(needed[1:], g.in_h * g.in_w * in_c)
    behind = int((end - after).max())
    if reading is Reading.WHILE_WRITING:
        behind = max(behind, int((end - needed).max()))
    elif reading is Reading.BY_CHANNEL:
        behind = max(behind, int((end - out_c - needed).max()))
    return behind


def ring_slack(g: WindowLike, in_c: int, out_c: int) -> int:
    """Least ``input_address - output_address`` for a kernel that keeps the rows of its window in scratch.

    It loads each input row once, in order, before it writes the first output row that needs it.
    """
    loaded = np.clip(np.arange(g.out_h) * g.stride_h - g.pad_top + g.kernel_h, 0, g.in_h)
    end = (np.arange(g.out_h) + 1) * g.out_w * out_c
    waiting = loaded < g.in_h  # rows are still to be read once this output row is written
    if not waiting.any():
        return -g.in_h * g.in_w * in_c
    return int((end - loaded * g.in_w * in_c)[waiting].max())


def _blocks(g: WindowLike, in_c: int, out_c: int, block: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each block in order: the lowest input byte that it or a later block reads, and the end of its outputs."""
    rows = np.clip(np.arange(g.out_h) * g.stride_h - g.pad_top, 0, g.in_h)
    columns = np.clip(np.arange(g.out_w) * g.stride_w - g.pad_left, 0, g.in_w)
    first = ((rows[:, np.newaxis] * g.in_w + columns) * in_c).reshape(-1)
    needed = np.minimum.accumulate(first[::-1])[::-1]
    starts = np.arange(0, first.size, block)
    return needed[starts], np.minimum(starts + block, first.size) * out_c
