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
    Int64,
    activation_range,
    multiply_wide,
    quantize_multiplier,
    quantize_multipliers,
    reduced_multiplier,
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
        bias: int32 or int64 [out_c]; zeros where the model has none. The input zero point is not folded in.
        multiplier, shift: int32 [out_c]; shift > 0 left. Where `wide`: of `multiply_wide`.
        in_zero_point, out_zero_point: of the activations.
        act_min, act_max: clamp, output zero point included.
        in_c, out_c: channels.
        dtype: of the activations.
        wide: the accumulator has 64 bits and is rounded once (int16 activations without an int32 bias).
    """

    geometry: Geometry
    weights: npt.NDArray[np.int8]
    bias: Int32 | Int64
    multiplier: Int32
    shift: Int32
    in_zero_point: int
    out_zero_point: int
    act_min: int
    act_max: int
    in_c: int
    out_c: int
    dtype: DType = DType.INT8
    wide: bool = False

    def finish(self, acc: Array) -> Array:
        """Outputs [..., out_c] from exact sums without bias."""
        total = acc.astype(np.int64) + self.bias.astype(np.int64)
        if self.wide:
            scaled = multiply_wide(total, self.multiplier, self.shift)
            return np.clip(scaled, self.act_min, self.act_max).astype(self.dtype.numpy)
        out = requantize(total, self.multiplier, self.shift, self.out_zero_point, self.act_min, self.act_max)
        return out.astype(self.dtype.numpy)


#: Largest absolute difference of an activation from its zero point.
REACH = {DType.INT8: 255, DType.INT16: 1 << 15}


@dataclass(frozen=True)
class Roles:
    """Input positions of the tensors of a convolution-like node, and the axis of the output channels in the weights.

    `biases` are the types of bias that the reference reads where the activations are int16.
    """

    data: int = 0
    weights: int = 1
    bias: int = 2
    channel_axis: int = 0
    biases: tuple[DType, ...] = (DType.INT32, DType.INT64)


def linear_reason(graph: Graph, node: Node, roles: Roles, activation: Activation) -> str | None:
    """Reason when the tensors of a convolution-like node are not supported."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights, bias = graph.input_tensor(node, roles.weights), graph.input_tensor(node, roles.bias)
    return (
        activations_reason(data, out)
        or _weights_reason(weights, roles.channel_axis)
        or _mixed_reason(data, weights)
        or first(
            _bias_reason(bias, weights, roles, data),
            activation_reason(activation, out),
        )
    )


def activations_reason(data: Tensor | None, *others: Tensor) -> str | None:
    """Reason when activations are not all int8, or all int16 with zero point 0."""
    reason = data_reason(data, "the input", (DType.INT8, DType.INT16))
    if reason or data is None:
        return reason
    for other in others:
        reason = data_reason(other, "the output", (data.dtype,))
        if reason:
            return reason
    if data.dtype is DType.INT16 and any(zero_point_of(tensor) for tensor in (data, *others)):
        return "int16 with a zero point other than 0; supported: symmetric int16"
    return None


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


def _mixed_reason(data: Tensor | None, weights: Tensor | None) -> str | None:
    wide = data is not None and data.dtype is DType.INT16
    return (
        "int16 with int4 weights; supported: int8 weights"
        if wide and weights is not None and weights.type_name
        else None
    )


def _bias_reason(bias: Tensor | None, weights: Tensor | None, roles: Roles, data: Tensor | None) -> str | None:
    if bias is None:
        return None
    types = roles.biases if data is not None and data.dtype is DType.INT16 else (DType.INT32,)
    if bias.data is None or bias.dtype not in types:
        kind = bias.type_name or bias.dtype.value
        wanted = " or ".join(each.value for each in types)
        return f"the bias is {'a variable' if bias.data is None else kind}; supported: constant {wanted}"
    if weights is None or bias.elements != weights.shape[roles.channel_axis]:
        return f"the bias has {bias.elements} elements; expected one for each output channel"
    return None


def factor_reason(graph: Graph, node: Node, roles: Roles) -> str | None:
    """Reason when the scales cannot be put into a 32-bit multiplier and a shift of at most 30."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights = graph.input_tensor(node, roles.weights)
    assert data is not None and weights is not None and weights.quant is not None
    # Only the largest scale matters; a malicious file may hold very many.
    shift = quantize_multiplier(scale_of(data) * float(weights.quant.scale.max()) / scale_of(out)).shift
    limit = 7 if data.dtype is DType.INT16 else 30
    return f"the scales give a factor of about 2^{shift}; supported: below 2^{limit}" if shift > limit else None


def factors(graph: Graph, node: Node, roles: Roles) -> tuple[Int32, Int32]:
    """Multipliers and shifts, int32 [out_c] each."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights = graph.input_tensor(node, roles.weights)
    assert data is not None and weights is not None and weights.quant is not None
    channels = weights.shape[roles.channel_axis]
    reals = scale_of(data) * weights.quant.scale.astype(np.float64) / scale_of(out)
    multiplier, shifts = quantize_multipliers(np.broadcast_to(reals, channels))
    return multiplier, shifts


def prepare_linear(
    graph: Graph,
    node: Node,
    roles: Roles,
    activation: Activation,
    geometry: Geometry,
) -> Linear:
    """The prepared form of a convolution-like node; its `check` has passed."""
    data, out = graph.input_tensor(node, roles.data), graph.tensors[node.outputs[0]]
    weights, bias = graph.input_tensor(node, roles.weights), graph.input_tensor(node, roles.bias)
    assert data is not None and weights is not None and weights.data is not None
    channels = weights.shape[roles.channel_axis]
    multiplier, shift = factors(graph, node, roles)
    clamp = activation_range(activation, out)
    assert clamp is not None
    held = np.zeros(channels, np.int32) if bias is None or bias.data is None else bias.data.reshape(-1)
    wide = data.dtype is DType.INT16 and (bias is None or bias.dtype is not DType.INT32)
    if wide:
        multiplier, shift = reduced_multiplier(multiplier, shift)
    return Linear(
        geometry=geometry,
        weights=weights.data.astype(np.int8, copy=False),
        bias=held.astype(np.int64 if wide else np.int32, copy=False),
        multiplier=multiplier,
        shift=shift,
        in_zero_point=zero_point_of(data),
        out_zero_point=zero_point_of(out),
        act_min=clamp[0],
        act_max=clamp[1],
        in_c=data.shape[-1],
        out_c=channels,
        dtype=data.dtype,
        wide=wide,
    )


def exact_matmul(rows: Array, columns: Array, largest: int = 255) -> Array:
    """The exact product of integer matrices, computed in float arithmetic.

    Args:
        rows: integers [m, k], |value| <= largest.
        columns: integers [k, n].

    Returns:
        float32 or float64 [m, n] that holds the exact integers: every partial sum fits the mantissa.
    """
    bound = largest * int(np.abs(columns.astype(np.int64)).sum(axis=0).max(initial=0))
    kind: type[np.floating] = np.float32 if bound < 1 << 24 else np.float64
    return np.asarray(rows.astype(kind) @ columns.astype(kind))
