"""TRANSPOSE_CONV in portable C."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.graph.ops.transpose_conv import prepare

_LAYOUT = "a row per output channel: [kernel_h][kernel_w][in_c]"


def _call(request: Request) -> Call:
    """Computed by output pixel, from the input pixels whose distance is a multiple of the stride.

    Their number differs from pixel to pixel, so the input zero point is not folded into the biases.
    """
    node = request.node
    p = prepare(request.graph, node)
    g = p.geometry  # of the convolution from the output back to the input
    rows = np.stack([p.bias, p.multiplier, p.shift], axis=1).astype(np.int32)
    fields = params(
        "mcutk_transpose_conv",
        in_h=g.out_h,
        in_w=g.out_w,
        in_c=p.in_c,
        out_h=g.in_h,
        out_w=g.in_w,
        out_c=p.out_c,
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        pad_top=g.pad_top,
        pad_left=g.pad_left,
        in_zero_point=p.in_zero_point,
        out_zero_point=p.out_zero_point,
        act_min=p.act_min,
        act_max=p.act_max,
        weights=ConstArray("weights", "int8_t", p.weights.reshape(p.out_c, -1), layout=_LAYOUT),
        channels=ConstArray("channels", "mcutk_channel", rows, layout="bias, multiplier, shift"),
    )
    outputs = g.in_h * g.in_w * p.out_c
    macs = g.out_h * g.out_w * p.out_c * g.kernel_h * g.kernel_w * p.in_c
    return Call(
        invocations=(
            Invocation("mcutk_transpose_conv_s8", (TensorArg(node.inputs[2]), TensorArg(node.outputs[0]), fields)),
        ),
        sources=("portable/mcutk_transpose_conv.c",),
        headers=("portable/mcutk_transpose_conv.h",),
        cost=outputs * (60 + 12 * g.kernel_h * g.kernel_w) + 7 * macs,
    )


KERNELS.add("mcutk_transpose_conv_s8", Kernel(("TRANSPOSE_CONV",), _call))
