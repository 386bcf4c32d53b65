"""CONV_2D."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Conv2D as Conv2DAttrs
from mcu_toolkit.graph.geometry import pad_image, windows
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Channels, Inputs, Shape, present
from mcu_toolkit.graph.ops.convolution import Convolution
from mcu_toolkit.graph.ops.linear import REACH, Roles, exact_matmul
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat


def _read_options(o: Options) -> Conv2DAttrs:
    return Conv2DAttrs(
        padding=o.padding(0),
        stride_w=o.i32(1),
        stride_h=o.i32(2),
        activation=o.activation(3),
        dilation_w=o.i32(4, 1),
        dilation_h=o.i32(5, 1),
    )


class Conv2D(Convolution):
    """CONV_2D; weights int8 [out_c, kernel_h, kernel_w, in_c]."""

    name = "CONV_2D"
    options = OptionsFormat(1, _read_options)
    attributes = Conv2DAttrs
    roles = Roles(channel_axis=0)
    kind = Channels.DENSE
    forms = (
        "int8, or int16 with zero point 0, batches up to 64, constant int8 or int4 weights per tensor or per channel, "
        "int32 (int16 also int64) bias or none; any stride, dilation and padding; fused NONE, RELU, RELU6, "
        "RELU_N1_TO_1; one group"
    )

    def weights_reason(self, node: Node, shape: Shape, filters: Shape) -> str | None:
        if filters[3] != shape[3]:
            return f"weights of {filters[3]} channels on an input of {shape[3]}; supported: one group"
        return None

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = self.prepare(graph, node)
        g = p.geometry
        x = present(inputs[0])
        image = x.reshape(-1, *x.shape[-3:]).astype(np.int16) - np.int16(p.in_zero_point)
        depth = g.kernel_h * g.kernel_w * p.in_c
        rows = windows(pad_image(image, g, 0), g).reshape(-1, depth)
        acc = exact_matmul(rows, p.weights.reshape(p.out_c, depth).T, REACH[p.dtype])
        return [p.finish(acc).reshape(len(x), -1, g.out_h, g.out_w, p.out_c)]


OPERATORS.add(Conv2D.name, Conv2D())
