"""QUANTIZE: from float32, and between integer types and quantizations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    count_reason,
    data_reason,
    first,
    has_absent,
    present,
    shift_reason,
    tensors_of,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    RANGES,
    Multiplier,
    quantize_multiplier,
    requantize,
    round_half_away,
    scale_of,
    zero_point_of,
)

_INT = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32)

#: (input, output) types that TensorFlow Lite Micro supports.
PAIRS = frozenset(
    {
        (DType.FLOAT32, DType.INT8),
        (DType.FLOAT32, DType.INT16),
        (DType.INT32, DType.INT8),
        (DType.INT32, DType.INT16),
        (DType.INT16, DType.INT8),
        (DType.INT16, DType.INT16),
        (DType.INT16, DType.INT32),
        (DType.INT8, DType.INT8),
        (DType.INT8, DType.UINT8),
        (DType.INT8, DType.INT16),
        (DType.INT8, DType.INT32),
        (DType.UINT8, DType.INT8),
    }
)


@dataclass(frozen=True)
class Requantization:
    """A prepared QUANTIZE between integer types: ``clamp((x - in_zero_point) * factor + out_zero_point)``."""

    factor: Multiplier
    in_zero_point: int
    out_zero_point: int
    low: int
    high: int

    def apply(self, x: Array) -> Array:
        """The outputs as int64, for inputs of any integer type."""
        difference = x.astype(np.int64) - self.in_zero_point
        return requantize(
            difference, self.factor.multiplier, self.factor.shift, self.out_zero_point, self.low, self.high
        )


def prepare(graph: Graph, node: Node) -> Requantization:
    """Factor and clamp of a QUANTIZE whose input is an integer; `check` has passed."""
    data, out = tensors_of(graph, node)
    low, high = RANGES[out.dtype]
    factor = quantize_multiplier(scale_of(data) / scale_of(out))
    return Requantization(factor, zero_point_of(data), zero_point_of(out), low, high)


def quantize_real(x: Array, scale: float, zero_point: int, dtype: DType) -> Array:
    """From float32 to a quantized type: divided in float32, halves away from zero, saturated; NaN is taken as 0."""
    low, high = RANGES[dtype]
    with np.errstate(over="ignore", invalid="ignore"):
        steps = round_half_away(x.astype(np.float32) / np.float32(scale))
    bounded = np.clip(np.nan_to_num(steps.astype(np.float64), nan=0.0), low - zero_point, high - zero_point)
    return (bounded.astype(np.int64) + zero_point).astype(dtype.numpy)


class Quantize(Operator):
    """QUANTIZE."""

    name = "QUANTIZE"
    elementwise = 1
    forms = (
        "float32 to int8 or int16 at the border; int8 to int8, uint8, int16, int32; uint8 to int8; "
        "int16 to int8, int16, int32; int32 to int8, int16; per tensor"
    )
    note = (
        "Values past the range saturate and NaN is taken as 0, where the reference's conversion to int32 is undefined."
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        data, out = tensors_of(graph, node)
        reason = first(
            data_reason(data, "the input", (DType.FLOAT32, *_INT)),
            data_reason(out, "the output", _INT),
        )
        if reason:
            return reason
        if (data.dtype, out.dtype) not in PAIRS:
            return f"from {data.dtype.value} to {out.dtype.value}; supported: {self.forms}"
        if data.dtype is DType.FLOAT32:
            return None
        return shift_reason(scale_of(data) / scale_of(out))

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def identity_input(self, graph: Graph, node: Node) -> int:
        return 0

    def table(self, graph: Graph, node: Node) -> Array | None:
        data, out = tensors_of(graph, node)
        if data.dtype.bytes != 1 or out.dtype.bytes != 1:
            return None
        low, high = RANGES[data.dtype]
        return prepare(graph, node).apply(np.arange(low, high + 1)).astype(out.dtype.numpy)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        data, out = tensors_of(graph, node)
        x = present(inputs[0])
        if data.dtype is DType.FLOAT32:
            return [quantize_real(x, scale_of(out), zero_point_of(out), out.dtype)]
        return [prepare(graph, node).apply(x).astype(out.dtype.numpy)]


OPERATORS.add(Quantize.name, Quantize())
