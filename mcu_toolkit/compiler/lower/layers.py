"""From a prepared convolution-like node to the layer that kernels are chosen for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcu_toolkit.compiler.call import ConvUse
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.graph.ir import Node
from mcu_toolkit.graph.ops.linear import Linear


def conv_use(node: Node, kind: ConvKind, p: Linear) -> ConvUse:
    """The layer of a node; the input zero point is folded into the biases.

    Args:
        kind: the operator.
        p: weights int8 [out_c, kernel_h, kernel_w, in_c] or [out_c, in_c]; depthwise [1, kernel_h, kernel_w, out_c].
    """
    g = p.geometry
    if kind is ConvKind.DEPTHWISE and p.in_c == 1 and p.out_c > 1:
        # Every filter sees the one channel: an ordinary convolution, whose kernels share what they load.
        kind, p = ConvKind.CONV, replace(p, weights=p.weights.reshape(-1, p.out_c).T)
    depthwise = kind is ConvKind.DEPTHWISE
    shape = (g.kernel_h, g.kernel_w, p.out_c) if depthwise else (p.out_c, g.kernel_h, g.kernel_w, p.in_c)
    weights = np.ascontiguousarray(p.weights.reshape(shape))
    sums = weights.astype(np.int64).sum(axis=(0, 1) if depthwise else (1, 2, 3))
    folded = p.bias.astype(np.int64) - p.in_zero_point * sums
    layer = ConvLayer(
        kind=kind,
        in_h=g.in_h,
        in_w=g.in_w,
        in_c=p.in_c,
        out_h=g.out_h,
        out_w=g.out_w,
        out_c=p.out_c,
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        dilation_h=g.dilation_h,
        dilation_w=g.dilation_w,
        pad_top=g.pad_top,
        pad_left=g.pad_left,
        weights=weights,
        bias=folded.astype(np.int32),  # modulo 2^32, as the accumulators are
        multiplier=p.multiplier,
        shift=p.shift,
        in_zero_point=p.in_zero_point,
        out_zero_point=p.out_zero_point,
        act_min=p.act_min,
        act_max=p.act_max,
        depth_multiplier=p.out_c // p.in_c if depthwise else 1,
    )
    return ConvUse(layer, node.inputs[0], node.outputs[0])
