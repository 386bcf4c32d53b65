"""Window geometry against numbers calculated by hand."""

from __future__ import annotations

import pytest

from mcu_toolkit.graph.attrs import Padding, Window
from mcu_toolkit.graph.geometry import window_geometry


@pytest.mark.parametrize(
    ("padding", "size", "kernel", "stride", "dilation", "out", "before"),
    [
        (Padding.SAME, 5, 3, 2, 1, 3, 1), (Padding.SAME, 6, 3, 2, 1, 3, 0), (Padding.VALID, 6, 3, 2, 1, 2, 0),
        (Padding.SAME, 7, 3, 1, 2, 7, 2), (Padding.VALID, 7, 3, 1, 3, 1, 0), (Padding.SAME, 1, 5, 1, 1, 1, 2),
    ],
)  # fmt: skip
def test_geometry(padding: Padding, size: int, kernel: int, stride: int, dilation: int, out: int, before: int) -> None:
    g = window_geometry(
        Window(padding=padding, stride_h=stride, stride_w=stride), (size, size), (kernel, kernel), (dilation, dilation)
    )
    assert (g.out_h, g.pad_top, g.out_w, g.pad_left) == (out, before, out, before)


def test_explicit_padding_may_be_uneven() -> None:
    g = window_geometry(Window(padding=Padding.EXPLICIT, stride_h=2, stride_w=1, pad=(0, 1, 2, 3)), (6, 6), (3, 3))
    assert (g.out_h, g.pad_top, g.pad_bottom) == (3, 0, 1)
    assert (g.out_w, g.pad_left, g.pad_right) == (9, 2, 3)
