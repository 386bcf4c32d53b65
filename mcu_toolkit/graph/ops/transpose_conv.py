"""TRANSPOSE_CONV."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Padding
from mcu_toolkit.graph.attrs import TransposeConv as TransposeConvAttrs
from mcu_toolkit.graph.geometry import Geometry, window_geometry
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Operator, Shape, present
from mcu_toolkit.graph.ops.linear import (
    REACH,
    Linear,
    Roles,
    exact_matmul,
    factor_reason,
    linear_reason,
    prepare_linear,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.sliding import MAX_SIDE, MAX_WINDOW
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import wrap32

ROLES = Roles(data=2, weights=1, bias=3, channel_axis=0, biases=(DType.INT16, DType.INT64))


def _geometry(graph: Graph, node: Node) -> Geometry:
    """The convolution that this operator transposes: `in_*` is the larger image, which is the output here."""
    assert isinstance(node.attrs, TransposeConvAttrs)
    _, height, width, _ = graph.tensors[node.outputs[0]].shape
    filters = graph.tensors[node.inputs[1]].shape
    return window_geometry(node.attrs, (height, width), (filters[1], filters[2]))


def prepare(graph: Graph, node: Node) -> Linear:
    """Weights int8 [out_c, kernel_h, kernel_w, in_c], bias and requantization; `check` has passed.

    `geometry` is that of the convolution from the output back to the input: its `in_h`, `in_w` are the output's sides,
    its `out_h`, `out_w` the input's. Input pixel (y, x) adds to the output from (y * stride_h - pad_top, x * stride_w -
    pad_left) on; contributions outside are dropped.
    """
    assert isinstance(node.attrs, TransposeConvAttrs)
    return prepare_linear(graph, node, ROLES, node.attrs.activation, _geometry(graph, node))


def _read_options(o: Options) -> TransposeConvAttrs:
    return TransposeConvAttrs(padding=o.padding(0), stride_w=o.i32(1), stride_h=o.i32(2), activation=o.activation(3))


class TransposeConv(Operator):
    """TRANSPOSE_CONV."""

    name = "TRANSPOSE_CONV"
    options = OptionsFormat(49, _read_options)
    forms = (
        "int8, or int16 with zero point 0, batch 1, constant int8 weights per tensor or per channel, int32 (int16: "
        "int16 or int64) bias or none; any stride, SAME or VALID; fused NONE, RELU, RELU6, RELU_N1_TO_1"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        attrs = node.attrs
        if not isinstance(attrs, TransposeConvAttrs):
            return "no attributes"
        if len(node.inputs) not in (3, 4) or len(node.outputs) != 1:
            return f"{len(node.inputs)} inputs and {len(node.outputs)} outputs; expected 3 or 4 inputs and 1 output"
        reason = linear_reason(graph, node, ROLES, attrs.activation)
        if reason:
            return reason
        data, out = graph.tensors[node.inputs[2]].shape, graph.tensors[node.outputs[0]].shape
        filters = graph.tensors[node.inputs[1]].shape
        if not len(data) == len(out) == len(filters) == 4 or data[0] != 1:
            return f"input {list(data)} and weights {list(filters)}; expected [1, h, w, c] and [c, h, w, c]"
        if filters[3] != data[3] or out[0] != 1 or out[3] != filters[0] or max(*data, *out) > MAX_SIDE:
            return f"input {list(data)}, weights {list(filters)} and output {list(out)} do not fit"
        if not all(1 <= n <= MAX_WINDOW for n in (attrs.stride_h, attrs.stride_w, *filters[1:3])):
            return f"strides {attrs.stride_h}x{attrs.stride_w}; supported: strides and kernels of 1 to {MAX_WINDOW}"
        if attrs.padding is Padding.EXPLICIT:
            return "explicit padding; supported: SAME and VALID"
        g = _geometry(graph, node)
        if (g.out_h, g.out_w) != data[1:3]:
            return f"an output of {out[1]}x{out[2]}, which belongs to an input of {g.out_h}x{g.out_w}"
        return factor_reason(graph, node, ROLES)

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.outputs[0]].shape,)

    def macs(self, graph: Graph, node: Node) -> int:
        _, height, width, _ = graph.tensors[node.inputs[2]].shape
        return height * width * graph.tensors[node.inputs[1]].elements

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        g = p.geometry
        x = present(inputs[2])
        rows = x.reshape(-1, p.in_c).astype(np.int16) - np.int16(p.in_zero_point)
        high = max(g.in_h + g.pad_top, (g.out_h - 1) * g.stride_h + g.kernel_h)
        wide = max(g.in_w + g.pad_left, (g.out_w - 1) * g.stride_w + g.kernel_w)
        acc = np.zeros((len(x), high, wide, p.out_c), np.int64)
        for row in range(g.kernel_h):
            for column in range(g.kernel_w):
                part = exact_matmul(rows, p.weights[:, row, column].T, REACH[p.dtype]).astype(np.int64)
                acc[
                    :,
                    row : row + (g.out_h - 1) * g.stride_h + 1 : g.stride_h,
                    column : column + (g.out_w - 1) * g.stride_w + 1 : g.stride_w,
                ] += part.reshape(len(x), g.out_h, g.out_w, p.out_c)
        inside = acc[:, g.pad_top : g.pad_top + g.in_h, g.pad_left : g.pad_left + g.in_w]
        return [p.finish(inside if p.wide else wrap32(inside)).reshape(len(x), 1, g.in_h, g.in_w, p.out_c)]


OPERATORS.add(TransposeConv.name, TransposeConv())
