"""Bounds of the values of each channel of each int8 tensor over all inputs, for dead-channel elimination.

The true values lie within the bounds, which need not be tight. They follow from the weights, the fused activations and
the padding; a channel whose lower and upper bound are equal is a constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Activated
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops import OPERATORS
from mcu_toolkit.graph.ops.base import Border, Channels
from mcu_toolkit.graph.ops.linear import Linear
from mcu_toolkit.graph.requantize import INT32_MAX, INT32_MIN, activation_range, requantize

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Least and greatest value of each channel (last axis), int64 [channels]."""

    low: Int64
    high: Int64

    @property
    def constant(self) -> npt.NDArray[np.bool_]:
        """Which channels hold one value everywhere, for every input."""
        return np.asarray(self.low == self.high)


@dataclass(frozen=True, eq=False)
class Accumulators:
    """Bounds of a convolution-like node's accumulators, bias included, int64 [out_c], and the outputs they give."""

    low: Int64
    high: Int64
    outputs: Bounds


def anything(channels: int) -> Bounds:
    """Every int8 value in every channel."""
    return Bounds(np.full(channels, -128, np.int64), np.full(channels, 127, np.int64))


def analyse(graph: Graph) -> tuple[dict[int, Bounds], dict[int, Accumulators]]:
    """Bounds of every int8 activation of rank 1 or more, and of the accumulators of layers, by index of the output."""
    found: dict[int, Bounds] = {}
    inside: dict[int, Accumulators] = {}
    for index in graph.inputs:
        _put(graph, found, index, None)
    for node in graph.nodes:
        linear = OPERATORS[node.op].linear(graph, node)
        if linear is not None:
            sums = accumulators(graph, node, linear, found)
            bounds = sums.outputs if sums is not None else None
            if sums is not None:
                inside[node.outputs[0]] = sums
        else:
            bounds = _outputs(graph, node, found)
        for index in node.outputs:
            _put(graph, found, index, bounds)
    return found, inside


def _outputs(graph: Graph, node: Node, found: Mapping[int, Bounds]) -> Bounds | None:
    """Bounds of the first output of a node without weights; None where nothing is known."""
    kind = OPERATORS[node.op]
    source, border = found.get(node.inputs[0]) if node.inputs else None, kind.border(graph, node)
    if source is None:
        return None
    if kind.pooling:
        return _pooled(graph, node, source)
    if kind.view:
        return _tiled(graph, node, source)
    return _padded(source, border) if border is not None else None


def _put(graph: Graph, found: dict[int, Bounds], index: int, bounds: Bounds | None) -> None:
    tensor = graph.tensors[index]
    if tensor.dtype is DType.INT8 and tensor.shape and not tensor.variable:
        found[index] = bounds if bounds is not None else anything(tensor.shape[-1])


def accumulators(graph: Graph, node: Node, p: Linear, found: Mapping[int, Bounds]) -> Accumulators | None:
    """Bounds inside a convolution-like node; None where its channels are MIXED or the sums may overflow int32."""
    source, channels = found.get(node.inputs[0]), OPERATORS[node.op].channels(graph, node)
    if source is None or channels is Channels.MIXED:
        return None
    low, high = _terms(p, channels, source)
    acc_low, acc_high = p.bias + low, p.bias + high
    left = np.maximum(p.shift, 0).astype(np.int64)
    if (acc_low < (INT32_MIN >> left)).any() or (acc_high > (INT32_MAX >> left)).any():
        return None
    ends = [
        requantize(acc, p.multiplier, p.shift, p.out_zero_point, p.act_min, p.act_max) for acc in (acc_low, acc_high)
    ]
    return Accumulators(acc_low, acc_high, Bounds(ends[0], ends[1]))


def _terms(p: Linear, channels: Channels, source: Bounds) -> tuple[Int64, Int64]:
    """Least and greatest sum of products, int64 [out_c]. A product with padding is 0."""
    weights = p.weights.astype(np.int64)
    if channels is Channels.DEPTHWISE:
        weights = weights.reshape(p.geometry.kernel_h * p.geometry.kernel_w, p.out_c)
        low, high = (np.repeat(v - p.in_zero_point, p.out_c // p.in_c) for v in (source.low, source.high))
        axis: int = 0
    else:
        weights = weights.reshape(p.out_c, -1)
        times = weights.shape[1] // source.low.size
        low, high = (np.tile(v - p.in_zero_point, times) for v in (source.low, source.high))
        axis = 1
    a, b = weights * low, weights * high
    least, most = np.minimum(a, b), np.maximum(a, b)
    if has_padding(p):
        least, most = np.minimum(least, 0), np.maximum(most, 0)
    return least.sum(axis=axis), most.sum(axis=axis)


def has_padding(p: Linear) -> bool:
    """Whether some window reads beyond the image."""
    g = p.geometry
    return bool(g.pad_top or g.pad_left or g.pad_bottom or g.pad_right)


def _pooled(graph: Graph, node: Node, source: Bounds) -> Bounds | None:
    assert isinstance(node.attrs, Activated)
    clamp = activation_range(node.attrs.activation, graph.tensors[node.outputs[0]])
    return None if clamp is None else Bounds(np.clip(source.low, *clamp), np.clip(source.high, *clamp))


def _tiled(graph: Graph, node: Node, source: Bounds) -> Bounds | None:
    before, after = source.low.size, graph.tensors[node.outputs[0]].shape[-1:]
    if not after or after[0] % before:
        return None
    times = after[0] // before
    return Bounds(np.tile(source.low, times), np.tile(source.high, times))


def _padded(source: Bounds, border: Border) -> Bounds | None:
    if border.amounts[-1] != (0, 0):
        return None
    return Bounds(np.minimum(source.low, border.value), np.maximum(source.high, border.value))
