"""DEPTHWISE_CONV_2D."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import DepthwiseConv2D as DepthwiseAttrs
from mcu_toolkit.graph.geometry import pad_image, tap
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Channels, Inputs, Shape, present
from mcu_toolkit.graph.ops.convolution import Convolution
from mcu_toolkit.graph.ops.linear import Roles
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


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


class DepthwiseConv2D(Convolution):
    """DEPTHWISE_CONV_2D; weights int8 [1, kernel_h, kernel_w, out_c].

    The depth multiplier is ``out_c // in_c``; the attribute is only checked.
    """

    name = "DEPTHWISE_CONV_2D"
    options = OptionsFormat(2, _read_options)
    attributes = DepthwiseAttrs
    roles = Roles(channel_axis=3, biases=(DType.INT64,))
    kind = Channels.DEPTHWISE
    forms = (
        "int8, or int16 with zero point 0, batches up to 64, constant int8 or int4 weights per tensor or per channel, "
        "int32 (int16: int64) bias or none; any stride, dilation, padding and depth multiplier; fused NONE, RELU, "
        "RELU6, RELU_N1_TO_1"
    )

    def weights_reason(self, node: Node, shape: Shape, filters: Shape) -> str | None:
        assert isinstance(node.attrs, DepthwiseAttrs)
        if filters[0] != 1:
            return f"weights {list(filters)}; expected [1, kernel_h, kernel_w, out_c]"
        times = node.attrs.depth_multiplier
        if times < 1 or shape[3] * times != filters[3]:
            return f"weights of {filters[3]} channels on an input of {shape[3]} with depth multiplier {times}"
        return None

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = self.prepare(graph, node)
        g = p.geometry
        x = present(inputs[0])
        kind: type[np.signedinteger] = np.int64 if p.wide else np.int32
        image = x.reshape(-1, *x.shape[-3:]).astype(kind) - kind(p.in_zero_point)
        padded = pad_image(image, g, 0)
        times = p.out_c // p.in_c
        acc = np.zeros((len(image), g.out_h, g.out_w, p.in_c, times), kind)
        weights = p.weights.astype(kind).reshape(g.kernel_h, g.kernel_w, p.in_c, times)
        for row in range(g.kernel_h):
            for column in range(g.kernel_w):
                acc += tap(padded, g, row, column)[..., np.newaxis] * weights[row, column]
        return [p.finish(acc.reshape(len(x), -1, g.out_h, g.out_w, p.out_c))]


OPERATORS.add(DepthwiseConv2D.name, DepthwiseConv2D())
