"""Minimum offset between input and output of a window operator, against a simulation of every read and write."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from mcu_toolkit.compiler.raster import Reading, raster_slack, ring_slack


@dataclass(frozen=True)
class Window:
    in_h: int
    in_w: int
    out_h: int
    out_w: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    pad_top: int
    pad_left: int


def random_window(rng: np.random.Generator) -> Window:
    kernel = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    stride = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    size = int(rng.integers(kernel[0], 8)), int(rng.integers(kernel[1], 8))
    if rng.random() < 0.5:
        out = -(-size[0] // stride[0]), -(-size[1] // stride[1])
        pad = [max((o - 1) * s + k - i, 0) // 2 for o, s, k, i in zip(out, stride, kernel, size, strict=True)]
    else:
        out = (size[0] - kernel[0]) // stride[0] + 1, (size[1] - kernel[1]) // stride[1] + 1
        pad = [0, 0]
    return Window(*size, *out, *kernel, *stride, pad[0], pad[1])


def taps(w: Window, y: int, x: int) -> list[int]:
    """Input pixels needed for an output pixel."""
    rows = range(y * w.stride_h - w.pad_top, y * w.stride_h - w.pad_top + w.kernel_h)
    columns = range(x * w.stride_w - w.pad_left, x * w.stride_w - w.pad_left + w.kernel_w)
    return [r * w.in_w + c for r in rows if 0 <= r < w.in_h for c in columns if 0 <= c < w.in_w]


def events(w: Window, in_c: int, out_c: int, reading: Reading, block: int) -> list[tuple[str, int]]:
    """Reads of input bytes and writes of output bytes, in the least favourable order that a kernel may use."""
    pixels = [(y, x) for y in range(w.out_h) for x in range(w.out_w)]
    found: list[tuple[str, int]] = []
    step = block or w.out_w
    for start in range(0, len(pixels), step):
        group = pixels[start : start + step]
        bytes_read = [p * in_c + c for y, x in group for p in taps(w, y, x) for c in range(in_c)]
        if reading is Reading.BEFORE_WRITING:
            found += [("read", b) for b in bytes_read]
        for number in range(start, start + len(group)):
            for c in range(out_c):
                if reading is Reading.WHILE_WRITING:
                    found += [("read", b) for b in bytes_read]
                if reading is Reading.BY_CHANNEL:
                    y, x = pixels[number]
                    found += [("read", p * in_c + c) for p in taps(w, y, x)]
                found.append(("write", number * out_c + c))
    return found


def least_slack(history: list[tuple[str, int]]) -> int | None:
    """Minimum ``input - output`` at which no byte is read after it was overwritten; None if there is no minimum."""
    least, written = None, -1
    for kind, at in history:
        if kind == "write":
            written = max(written, at)
        elif written >= 0:
            needed = written - at + 1
            least = needed if least is None else max(least, needed)
    return least


@pytest.mark.parametrize("reading", list(Reading))
def test_raster_slack_is_safe_and_near_the_minimum(reading: Reading) -> None:
    rng = np.random.default_rng(7)
    waste = []
    for _ in range(150):
        window = random_window(rng)
        in_c = int(rng.integers(1, 4))
        out_c = in_c if reading is Reading.BY_CHANNEL else int(rng.integers(1, 5))
        block = 1 if reading is Reading.BY_CHANNEL else int(rng.integers(0, 5))
        slack = raster_slack(window, in_c, out_c, reading, block)
        least = least_slack(events(window, in_c, out_c, reading, block))
        if least is not None:
            assert slack >= least, (window, in_c, out_c, block)
            waste.append(slack - least)
    assert np.median(waste) <= 4


def ring_events(w: Window, channels: int) -> list[tuple[str, int]]:
    """Events of a kernel that loads each input row once, before the first output row that needs it."""
    found: list[tuple[str, int]] = []
    loaded = 0
    for y in range(w.out_h):
        for row in range(loaded, min(y * w.stride_h - w.pad_top + w.kernel_h, w.in_h)):
            found += [("read", row * w.in_w * channels + b) for b in range(w.in_w * channels)]
            loaded = row + 1
        found += [("write", y * w.out_w * channels + b) for b in range(w.out_w * channels)]
    return found


def test_ring_slack_is_safe_and_minimal() -> None:
    rng = np.random.default_rng(8)
    for _ in range(150):
        window, channels = random_window(rng), int(rng.integers(1, 4))
        least = least_slack(ring_events(window, channels))
        slack = ring_slack(window, channels, channels)
        if least is not None:
            assert slack == least, (window, channels)
