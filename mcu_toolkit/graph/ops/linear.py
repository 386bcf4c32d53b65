"""Weights, bias and requantization of CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.geometry import Geometry
from mcu_toolkit.graph.ir import Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops.base import MAX_SCALE, data_reason, first
from mcu_toolkit.graph.requantize import (
    Int32,
    activation_range,
    quantize_multiplier,
    quantize_multipliers,
    requantize,
    scale_of,
    zero_point_of,
)


@dataclass(frozen=True, eq=False)
class Linear:
    """A prepared convolution-like node.

    Attributes:
        geometry: the window; 1x1 for FULLY_CONNECTED, whose `out_h` is the number of rows.
        weights: int8, as in the file.
        bias: int32 [out_c]; zeros where the model has none. The input zero point is not folded in.
        multiplier, shift: int32 [out_c]; shift > 0 left.
        in_zero_point, out_zero_point: of the activations.
        act_min, act_max: clamp, output zero point included.
        in_c, out_c: channels.
    """

    geometry: Geometry
    weights: npt.NDArray[np.int8]
    bias: Int32
    multiplier: Int32
    shift: Int32
    in_zero_point: int
    out_zero_point: int
    act_min: int
    act_max: int
    in_c: int
    out_c: int

    def finish(self, acc: Array) -> npt.NDArray[np.int8]:
        """Outputs int8 [..., out_c] from accumulators without bias."""
        total = acc.astype(np.int64) + self.bias.astype(np.int64)
        out = requantize(total, self.multiplier, self.shift, self.out_zero_point, self.act_min, self.act_max)
        return out.astype(np.int8)


@dataclass(frozen=True)
class Roles:
    """Input positions of the tensors of a convolution-like node, and the axis of the output channels in the weights."""

    data: int = 0
    weights: int = 1
    bias: int = 2
    channel_axis: int = 0


def linear_reason(graph: Graph, node: Node, roles: Roles, activation: Activation) -> str | None:
    """Reason when the tensors of a convolution-like node are not supported."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights, bias = graph.input_tensor(node, roles.weights), graph.input_tensor(node, roles.bias)
    return first(
        data_reason(data, "the input"),
        data_reason(out, "the output"),
        _weights_reason(weights, roles.channel_axis),
    ) or first(
        _bias_reason(bias, weights, roles.channel_axis),
        activation_reason(activation, out),
    )


def activation_reason(activation: Activation, out: Tensor) -> str | None:
    """Reason when a fused activation is no clamp of the quantized output."""
    if activation is Activation.TANH:
        return "fused activation TANH; supported: NONE, RELU, RELU6, RELU_N1_TO_1"
    if activation_range(activation, out) is None:
        return f"the output's scale and zero point leave no value for the fused activation {activation.value}"
    return None


def _weights_reason(weights: Tensor | None, axis: int) -> str | None:
    if weights is None or weights.data is None:
        return "the weights are not constant; supported: constant int8 weights"
    if weights.dtype is not DType.INT8:
        return f"the weights are {weights.type_name or weights.dtype.value}; supported: int8"
    if weights.elements == 0 or len(weights.shape) <= axis:
        return f"the weights have shape {list(weights.shape)}"
    quant = weights.quant
    if quant is None:
        return "the weights have no quantization"
    if quant.per_channel and quant.axis != axis:
        return f"the weights are quantized along axis {quant.axis}; supported: axis {axis}"
    if not quant.scale.max() < MAX_SCALE:
        return f"the weights have a scale of {quant.scale.max():g}; supported: below 2^60"
    if quant.zero_point.any():
        return "the weights have a zero point other than 0; supported: symmetric weights"
    return None


def _bias_reason(bias: Tensor | None, weights: Tensor | None, axis: int) -> str | None:
    if bias is None:
        return None
    if bias.data is None or bias.dtype is not DType.INT32:
        kind = bias.type_name or bias.dtype.value
        return f"the bias is {'a variable' if bias.data is None else kind}; supported: constant int32"
    if weights is None or bias.elements != weights.shape[axis]:
        return f"the bias has {bias.elements} elements; expected one for each output channel"
    return None


def factor_reason(graph: Graph, node: Node, roles: Roles) -> str | None:
    """Reason when the scales cannot be put into a 32-bit multiplier and a shift of at most 30."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights = graph.input_tensor(node, roles.weights)
    assert data is not None and weights is not None and weights.quant is not None
    # Only the largest scale matters; a malicious file may hold very many.
    shift = quantize_multiplier(scale_of(data) * float(weights.quant.scale.max()) / scale_of(out)).shift
    return f"the scales give a factor of about 2^{shift}; supported: below 2^30" if shift > 30 else None


def factors(graph: Graph, node: Node, roles: Roles, *, float_product: bool = False) -> tuple[Int32, Int32]:
    """Multipliers and shifts, int32 [out_c] each.

    Args:
        float_product: the product of the input's and the weights' scale is rounded to float32, as TensorFlow Lite Micro
            does in FULLY_CONNECTED with one scale.
    """
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights = graph.input_tensor(node, roles.weights)
    assert data is not None and weights is not None and weights.quant is not None
    channels = weights.shape[roles.channel_axis]
    if float_product and not weights.quant.per_channel:
        with np.errstate(under="ignore"):
            product = float(np.float32(scale_of(data)) * np.float32(scale_of(weights)))
        one = quantize_multiplier(product / scale_of(out))
        return np.full(channels, one.multiplier, np.int32), np.full(channels, one.shift, np.int32)
    reals = scale_of(data) * weights.quant.scale.astype(np.float64) / scale_of(out)
    multiplier, shifts = quantize_multipliers(np.broadcast_to(reals, channels))
    return multiplier, shifts


def prepare_linear(
    graph: Graph,
    node: Node,
    roles: Roles,
    activation: Activation,
    geometry: Geometry,
    *,
    float_product: bool = False,
) -> Linear:
    """The prepared form of a convolution-like node; its `check` has passed."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights, bias = graph.input_tensor(node, roles.weights), graph.input_tensor(node, roles.bias)
    assert data is not None and weights is not None and weights.data is not None
    channels = weights.shape[roles.channel_axis]
    multiplier, shift = factors(graph, node, roles, float_product=float_product)
    clamp = activation_range(activation, out)
    assert clamp is not None
    held = np.zeros(channels, np.int32) if bias is None or bias.data is None else bias.data.reshape(-1)
    return Linear(
        geometry=geometry,
        weights=weights.data.astype(np.int8, copy=False),
        bias=held.astype(np.int32, copy=False),
        multiplier=multiplier,
        shift=shift,
        in_zero_point=zero_point_of(data),
        out_zero_point=zero_point_of(out),
        act_min=clamp[0],
        act_max=clamp[1],
        in_c=data.shape[-1],
        out_c=channels,
    )


def exact_matmul(rows: Array, columns: Array) -> Array:
    """The exact product of integer matrices, computed in float arithmetic.

    Args:
        rows: integers [m, k], |value| <= 255.
        columns: integers [k, n].

    Returns:
        float32 or float64 [m, n] that holds the exact integers: every partial sum fits the mantissa.
    """
    bound = 255 * int(np.abs(columns.astype(np.int64)).sum(axis=0).max(initial=0))
    kind: type[np.floating] = np.float32 if bound < 1 << 24 else np.float64
    return np.asarray(rows.astype(kind) @ columns.astype(kind))
