"""Checks and shapes of RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from mcu_toolkit.graph.attrs import Resize
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import Operator, Shape, const_ints, count_reason, data_reason, has_absent, tensors_of

#: Longest side of an input or output image.
MAX_SIDE = 1 << 13


def size_of(graph: Graph, node: Node) -> tuple[int, int]:
    """Height and width of the output; `check` has passed."""
    values = const_ints(graph, node, 1)
    assert values is not None
    return values[0], values[1]


class Resizer(Operator):
    """Base of the two resizing operators."""

    note = "The input rows and columns of each output are computed at compile time; no float on the device."
    forms = "int8 images, constant size, align_corners or half_pixel_centers"

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, Resize):
            return "no attributes"
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = data_reason(data, "the input") or data_reason(out, "the output")
        if reason:
            return reason
        size = const_ints(graph, node, 1)
        if len(data.shape) != 4 or size is None or len(size) != 2:
            return f"input {list(data.shape)}; supported: 4 dimensions and a constant size of two integers"
        if not all(1 <= side <= MAX_SIDE for side in (*size, *data.shape[1:3])):
            return f"from {data.shape[1]}x{data.shape[2]} to {size[0]}x{size[1]}; supported: sides of 1 to {MAX_SIDE}"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        shape = graph.tensors[node.inputs[0]].shape
        return ((shape[0], *size_of(graph, node), shape[3]),)
