"""Checks and geometry of sliding windows."""

from __future__ import annotations

from typing import cast

from mcu_toolkit.graph.attrs import Padding, Window
from mcu_toolkit.graph.geometry import Geometry, window_geometry
from mcu_toolkit.graph.ir import Graph, Node

#: Largest kernel side, stride and dilation: they are bytes in the C kernels' parameters.
MAX_WINDOW = 255
MAX_SIDE = (1 << 16) - 1


def image_reason(
    graph: Graph, node: Node, kernel: tuple[int, ...], dilation: tuple[int, int] = (1, 1), *, batches: int = 1
) -> str | None:
    """Reason when the input is no image, or strides, kernel, dilation or padding are out of range.

    Args:
        batches: largest number of images.
    """
    attrs = node.attrs
    assert isinstance(attrs, Window)
    shape = graph.tensors[node.inputs[0]].shape
    if len(shape) != 4:
        return f"input {list(shape)}; expected 4 dimensions"
    if shape[0] > batches:
        return f"batch {shape[0]}; supported: up to {batches}"
    if max(shape) > MAX_SIDE:
        return f"input {list(shape)}; supported: sides and channels up to {MAX_SIDE}"
    numbers = (attrs.stride_h, attrs.stride_w, *kernel, *dilation)
    if not all(1 <= n <= MAX_WINDOW for n in numbers):
        return (
            f"strides {attrs.stride_h}x{attrs.stride_w}, kernel {kernel[0]}x{kernel[1]}, dilation "
            f"{dilation[0]}x{dilation[1]}; supported: 1 to {MAX_WINDOW}"
        )
    if attrs.padding is Padding.EXPLICIT and (min(attrs.pad) < 0 or max(attrs.pad) > MAX_WINDOW):
        return f"padding {list(attrs.pad)}; supported: 0 to {MAX_WINDOW}"
    g = sliding_geometry(graph, node, kernel, dilation)
    if g.out_h < 1 or g.out_w < 1:
        return f"a window of {kernel[0]}x{kernel[1]} does not fit an image of {shape[1]}x{shape[2]}"
    return None


def sliding_geometry(graph: Graph, node: Node, kernel: tuple[int, ...], dilation: tuple[int, int] = (1, 1)) -> Geometry:
    """The geometry of a window over the first input; strides, kernel and dilation are at least 1."""
    attrs = node.attrs
    assert isinstance(attrs, Window)
    _, height, width, _ = graph.tensors[node.inputs[0]].shape
    return window_geometry(attrs, (height, width), cast("tuple[int, int]", kernel), dilation)
