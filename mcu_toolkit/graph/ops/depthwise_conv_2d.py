"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import DepthwiseConv2D as DepthwiseAttrs
from mcu_toolkit.graph.geometry import Geometry, pad_image, tap
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Channels, Inputs, Operator, Shape, count_reason, present
from mcu_toolkit.graph.ops.linear import Linear, Roles, factor_reason, linear_reason, prepare_linear
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.sliding import image_reason, sliding_geometry
from mcu_toolkit.graph.options import Options, OptionsFormat

ROLES = Roles(channel_axis=3)


def prepare(graph: Graph, node: Node) -> Linear:
    """Geometry, weights int8 [1, kernel_h, kernel_w, out_c], bias and requantization; `check` has passed.

    The depth multiplier is ``out_c // in_c``; the attribute is not used.
    """
    assert isinstance(node.attrs, DepthwiseAttrs)
    return prepare_linear(graph, node, ROLES, node.attrs.activation, _geometry(graph, node))


def _geometry(graph: Graph, node: Node) -> Geometry:
    assert isinstance(node.attrs, DepthwiseAttrs)
    kernel = graph.tensors[node.inputs[1]].shape[1:3]
    return sliding_geometry(graph, node, kernel, (node.attrs.dilation_h, node.attrs.dilation_w))


def _read_options(o: Options) -> DepthwiseAttrs:
    return DepthwiseAttrs(
        padding=o.padding(0),
        stride_w=o.i32(1),
        stride_h=o.i32(2),
        depth_multiplier=o.i32(3),
        activation=o.activation(4),
        dilation_w=o.i32(5, 1),
        dilation_h=o.i32(6, 1),
    )


class DepthwiseConv2D(Operator):
    """DEPTHWISE_CONV_2D."""

    name = "DEPTHWISE_CONV_2D"
    options = OptionsFormat(2, _read_options)
    fuses_activation = True
    explicit_padding = True
    forms = (
        "int8, batch 1, constant int8 weights per tensor or per channel, int32 bias or none; any stride, dilation, "
        "padding and depth multiplier; fused NONE, RELU, RELU6, RELU_N1_TO_1"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, DepthwiseAttrs):
            return "no attributes"
        reason = count_reason(node, (2, 3)) or linear_reason(graph, node, ROLES, node.attrs.activation)
        if reason:
            return reason
        shape, filters = graph.tensors[node.inputs[0]].shape, graph.tensors[node.inputs[1]].shape
        if len(shape) != 4 or len(filters) != 4 or filters[0] != 1:
            return f"input {list(shape)} and weights {list(filters)}; expected [1, h, w, c] each"
        times = node.attrs.depth_multiplier
        if times < 1 or shape[3] * times != filters[3]:
            return f"weights of {filters[3]} channels on an input of {shape[3]} with depth multiplier {times}"
        dilation = (node.attrs.dilation_h, node.attrs.dilation_w)
        return image_reason(graph, node, filters[1:3], dilation) or factor_reason(graph, node, ROLES)

    def channels(self, graph: Graph, node: Node) -> Channels:
        return Channels.DEPTHWISE

    def linear(self, graph: Graph, node: Node) -> Linear:
        return prepare(graph, node)

    def window(self, graph: Graph, node: Node) -> Geometry:
        return _geometry(graph, node)

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        g = _geometry(graph, node)
        return ((1, g.out_h, g.out_w, graph.tensors[node.inputs[1]].shape[ROLES.channel_axis]),)

    def macs(self, graph: Graph, node: Node) -> int:
        filters = graph.tensors[node.inputs[1]]
        _, height, width, _ = graph.tensors[node.outputs[0]].shape
        return height * width * filters.elements

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        g = p.geometry
        x = present(inputs[0])
        image = x.reshape(-1, *x.shape[-3:]).astype(np.int32) - np.int32(p.in_zero_point)
        padded = pad_image(image, g, 0)
        times = p.out_c // p.in_c
        acc = np.zeros((len(image), g.out_h, g.out_w, p.in_c, times), np.int32)
        weights = p.weights.astype(np.int32).reshape(g.kernel_h, g.kernel_w, p.in_c, times)
        for row in range(g.kernel_h):
            for column in range(g.kernel_w):
                acc += tap(padded, g, row, column)[..., np.newaxis] * weights[row, column]
        return [p.finish(acc.reshape(len(x), 1, g.out_h, g.out_w, p.out_c))]


OPERATORS.add(DepthwiseConv2D.name, DepthwiseConv2D())
