"""CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV of int16 activations in portable C."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcu_toolkit.compiler.call import Call, ConstArray, Invocation, ParamsArg, TensorArg, params
from mcu_toolkit.compiler.kernels.base import KERNELS, Kernel, Request
from mcu_toolkit.compiler.kernels.conv import by_batch
from mcu_toolkit.errors import CompileError
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import DType
from mcu_toolkit.graph.ops import fully_connected, transpose_conv
from mcu_toolkit.graph.ops.convolution import Convolution
from mcu_toolkit.graph.ops.linear import Linear

#: Instructions per product and per output.
_MAC, _OUTPUT = 6, 60
_BY_CHANNEL = "a row per output channel: [kernel_h][kernel_w][in_c]"
_BY_TAP = "a row per tap: [out_c]"


def _prepared(request: Request) -> Linear:
    kind = request.operator
    if isinstance(kind, Convolution):
        return kind.prepare(request.graph, request.node)
    return fully_connected.prepare(request.graph, request.node)


def _numbers(p: Linear, g: Geometry, weights: ConstArray, multiplier: int = 1) -> ParamsArg:
    """The struct ``mcutk_conv_s16``."""
    rows = np.zeros(p.out_c, [("bias", np.int64), ("multiplier", np.int32), ("shift", np.int32)])
    rows["bias"], rows["multiplier"], rows["shift"] = p.bias, p.multiplier, p.shift
    return params(
        "mcutk_conv_s16",
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
        act_min=p.act_min,
        act_max=p.act_max,
        wide=int(p.wide),
        depth_multiplier=multiplier,
        weights=weights,
        channels=ConstArray("channels", "mcutk_channel_s16", rows, align=8, layout="bias, multiplier, shift"),
    )


def _made(request: Request, function: str, numbers: ParamsArg) -> Call:
    """One call of the function per image of the batch."""
    pairs = tuple(by_batch(request, (TensorArg(request.input), TensorArg(request.output))))
    return _call(request, function, pairs, numbers)


def _call(request: Request, function: str, pairs: Sequence[tuple[TensorArg, TensorArg]], numbers: ParamsArg) -> Call:
    macs = request.operator.macs(request.graph, request.node)
    return Call(
        invocations=tuple(Invocation(function, (*pair, numbers)) for pair in pairs),
        sources=("portable/mcutk_conv_s16.c",),
        headers=("portable/mcutk_conv_s16.h",),
        cost=_MAC * macs + _OUTPUT * request.result.elements,
    )


def _convolution(request: Request) -> Call:
    """A fully connected layer is a 1x1 convolution over an image of one column, a pixel per row."""
    p = _prepared(request)
    if p.geometry.out_h > (1 << 16) - 1:
        raise CompileError(f"node {request.node.source}: more than 65535 rows")
    weights = ConstArray("weights", "int8_t", p.weights.reshape(p.out_c, -1), layout=_BY_CHANNEL)
    return _made(request, "mcutk_convolve_s16", _numbers(p, p.geometry, weights))


def _depthwise(request: Request) -> Call:
    p = _prepared(request)
    weights = ConstArray("weights", "int8_t", p.weights.reshape(-1, p.out_c), layout=_BY_TAP)
    return _made(request, "mcutk_depthwise_s16", _numbers(p, p.geometry, weights, p.out_c // p.in_c))


def _transposed(request: Request) -> Call:
    """`Linear.geometry` is that of the convolution from the output back to the input."""
    p = transpose_conv.prepare(request.graph, request.node)
    g = p.geometry
    across = Geometry(
        g.out_h, g.out_w, g.in_h, g.in_w, g.kernel_h, g.kernel_w, g.stride_h, g.stride_w, 1, 1, g.pad_top, g.pad_left
    )
    weights = ConstArray("weights", "int8_t", p.weights.reshape(p.out_c, -1), layout=_BY_CHANNEL)
    tensors = TensorArg(request.node.inputs[2]), TensorArg(request.output)
    return _call(request, "mcutk_transpose_conv_s16", (tensors,), _numbers(p, across, weights))


_WIDE = (DType.INT16,)
KERNELS.add("mcutk_convolve_s16", Kernel(("CONV_2D", "FULLY_CONNECTED"), _convolution, types=_WIDE))
KERNELS.add("mcutk_depthwise_s16", Kernel(("DEPTHWISE_CONV_2D",), _depthwise, types=_WIDE))
KERNELS.add("mcutk_transpose_conv_s16", Kernel(("TRANSPOSE_CONV",), _transposed, types=_WIDE))
