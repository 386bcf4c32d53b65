"""Reductions: MEAN and SUM."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcu_toolkit.graph.attrs import Reduce
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Channels,
    Inputs,
    Operator,
    Shape,
    const_ints,
    count_reason,
    data_reason,
    has_absent,
    present,
    shift_reason,
    tensors_of,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import RANGES, Multiplier, quantize_multiplier, requantize, scale_of, zero_point_of

MAX_REDUCED = 1 << 23


@dataclass(frozen=True)
class Reduction:
    """A prepared MEAN or SUM.

    Attributes:
        axes: reduced axes, ascending, each once.
        elements: number of elements in a sum.
        factor: of ``sum - elements * in_zero_point``; that of MEAN includes the division, so that its multiplier
            may be below 2**30.
    """

    axes: tuple[int, ...]
    elements: int
    factor: Multiplier
    in_zero_point: int
    out_zero_point: int


def prepare(graph: Graph, node: Node) -> Reduction:
    """Axes and factor; `check` has passed."""
    data, out = tensors_of(graph, node)
    axes = axes_of(graph, node)
    assert axes is not None
    elements = int(np.prod([data.shape[a] for a in axes], dtype=np.int64))
    factor = quantize_multiplier(scale_of(data) / scale_of(out))
    kind = OPERATORS[node.op]
    assert isinstance(kind, Reducer)
    if kind.divides:
        factor = _divided(factor, elements)
    return Reduction(axes, elements, factor, zero_point_of(data), zero_point_of(out))


def _divided(factor: Multiplier, elements: int) -> Multiplier:
    shift = min(elements.bit_length() - 1, 32, 31 + factor.shift)
    return Multiplier((factor.multiplier << shift) // elements, factor.shift - shift)


def axes_of(graph: Graph, node: Node) -> tuple[int, ...] | None:
    """The reduced axes, ascending, each once; None where they are not constant or out of range."""
    values = const_ints(graph, node, 1)
    rank = len(graph.tensors[node.inputs[0]].shape)
    if values is None or not all(-rank <= v < rank for v in values):
        return None
    return tuple(sorted({v % rank for v in values})) if rank else ()


def _read_options(o: Options) -> Reduce:
    return Reduce(keep_dims=o.flag(0))


class OverAxes(Operator):
    """Base of the reductions over constant axes."""

    options = OptionsFormat(27, _read_options)
    #: Element types.
    types: ClassVar[tuple[DType, ...]] = (DType.INT8,)

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, Reduce):
            return "no attributes"
        reason = count_reason(node, (2,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = data_reason(data, "the input", self.types) or data_reason(out, "the output", (data.dtype,))
        if reason:
            return reason
        axes = axes_of(graph, node)
        if axes is None:
            return "the axes are not constant or out of range; supported: a constant vector of axes"
        return self.limits(graph, node, axes)

    @abstractmethod
    def limits(self, graph: Graph, node: Node, axes: tuple[int, ...]) -> str | None:
        """Reason when these quantizations or sizes are not supported."""

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        assert isinstance(node.attrs, Reduce)
        shape, axes = graph.tensors[node.inputs[0]].shape, axes_of(graph, node) or ()
        if node.attrs.keep_dims:
            return (tuple(1 if i in axes else d for i, d in enumerate(shape)),)
        return (tuple(d for i, d in enumerate(shape) if i not in axes),)

    def channels(self, graph: Graph, node: Node) -> Channels:
        axes, data = axes_of(graph, node) or (), graph.tensors[node.inputs[0]]
        mixed = len(data.shape) - 1 in axes or data.dtype is not DType.INT8
        return Channels.MIXED if mixed else Channels.SAME


class Reducer(OverAxes):
    """Base of MEAN and SUM."""

    #: The sum is divided by the number of its elements.
    divides: ClassVar[bool]

    types = (DType.INT8, DType.INT16)
    forms = "int8 or int16, any constant axes, keep_dims or not, input and output of any quantization"

    def limits(self, graph: Graph, node: Node, axes: tuple[int, ...]) -> str | None:
        data, out = tensors_of(graph, node)
        most = MAX_REDUCED if data.dtype is DType.INT8 else MAX_REDUCED >> 8
        if int(np.prod([data.shape[a] for a in axes], dtype=np.int64)) > most:
            return f"more than {most} elements in a sum"
        return shift_reason(scale_of(data) / scale_of(out))

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        p = prepare(graph, node)
        x, out = present(inputs[0]), graph.tensors[node.outputs[0]]
        total = x.sum(axis=tuple(a + 1 for a in p.axes), dtype=np.int64) - p.elements * p.in_zero_point
        result = requantize(total, p.factor.multiplier, p.factor.shift, p.out_zero_point, *RANGES[out.dtype])
        return [result.astype(out.dtype.numpy).reshape(len(x), *self.infer(graph, node)[0])]
