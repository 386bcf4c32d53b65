"""Sliding windows: output sizes and padding as TFLite computes them, and views of the windows of an array."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mcu_toolkit.graph.attrs import Padding, Window
from mcu_toolkit.graph.ir import Array


@dataclass(frozen=True)
class Geometry:
    """A window over an image.

    Attributes:
        in_h, in_w, out_h, out_w: sizes in pixels.
        kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w: the window.
        pad_top, pad_left: implicit rows above and columns left of the image; `pad_bottom` and `pad_right` follow from
            the last window.
    """

    in_h: int
    in_w: int
    out_h: int
    out_w: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_left: int

    @property
    def pad_bottom(self) -> int:
        """Rows below the image that the last window reads."""
        reach = (self.out_h - 1) * self.stride_h + (self.kernel_h - 1) * self.dilation_h + 1
        return max(0, reach - self.pad_top - self.in_h)

    @property
    def pad_right(self) -> int:
        """Columns right of the image that the last window reads."""
        reach = (self.out_w - 1) * self.stride_w + (self.kernel_w - 1) * self.dilation_w + 1
        return max(0, reach - self.pad_left - self.in_w)


def _axis(
    padding: Padding, size: int, kernel: int, stride: int, dilation: int, before: int, after: int
) -> tuple[int, int]:
    """Output size and padding before the image along one axis (ComputeOutSize, ComputePadding)."""
    effective = (kernel - 1) * dilation + 1
    if padding is Padding.EXPLICIT:
        return (size + before + after - effective) // stride + 1, before
    out = (size + stride - (1 if padding is Padding.SAME else effective)) // stride
    return out, max(0, (out - 1) * stride + effective - size) // 2


@lru_cache(maxsize=1024)
def window_geometry(
    attrs: Window,
    image: tuple[int, int],
    kernel: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> Geometry:
    """Resolve a padding scheme.

    Args:
        attrs: strides and padding; both strides >= 1.
        image, kernel, dilation: (height, width), each >= 1.

    Returns:
        The geometry; `out_h` or `out_w` below 1 means that the window does not fit the image.
    """
    top, bottom, left, right = attrs.pad
    out_h, pad_top = _axis(attrs.padding, image[0], kernel[0], attrs.stride_h, dilation[0], top, bottom)
    out_w, pad_left = _axis(attrs.padding, image[1], kernel[1], attrs.stride_w, dilation[1], left, right)
    return Geometry(
        in_h=image[0],
        in_w=image[1],
        out_h=out_h,
        out_w=out_w,
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        stride_h=attrs.stride_h,
        stride_w=attrs.stride_w,
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        pad_top=pad_top,
        pad_left=pad_left,
    )


def pad_image(x: Array, g: Geometry, value: int) -> Array:
    """An image batch [n, h, w, c] with the implicit border made explicit."""
    border = ((0, 0), (g.pad_top, g.pad_bottom), (g.pad_left, g.pad_right), (0, 0))
    if not any(before or after for before, after in border):
        return x
    return np.pad(x, border, constant_values=value)


def tap(padded: Array, g: Geometry, y: int, x: int) -> Array:
    """Inputs of the window's element (y, x) at every output: a view [n, out_h, out_w, c] of `pad_image`'s result."""
    top, left = y * g.dilation_h, x * g.dilation_w
    return padded[
        :,
        top : top + (g.out_h - 1) * g.stride_h + 1 : g.stride_h,
        left : left + (g.out_w - 1) * g.stride_w + 1 : g.stride_w,
    ]


def windows(padded: Array, g: Geometry) -> Array:
    """All windows as a view [n, out_h, out_w, kernel_h, kernel_w, c] of `pad_image`'s result."""
    sn, sh, sw, sc = padded.strides
    return np.lib.stride_tricks.as_strided(
        padded,
        (padded.shape[0], g.out_h, g.out_w, g.kernel_h, g.kernel_w, padded.shape[3]),
        (sn, sh * g.stride_h, sw * g.stride_w, sh * g.dilation_h, sw * g.dilation_w, sc),
        writeable=False,
    )
