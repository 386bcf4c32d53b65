"""SOFTMAX."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.attrs import Softmax as SoftmaxAttrs
from mcu_toolkit.graph.fixedpoint import exp_on_negative_values, one_over_one_plus_x
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops import scores
from mcu_toolkit.graph.ops.base import (
    Inputs,
    Operator,
    Shape,
    count_reason,
    data_reason,
    has_absent,
    present,
    tensors_of,
)
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.ops.softmax_wide import prepare_wide, wide_reason, wide_softmax
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Int64,
    doubling_high_mul,
    quantize_multiplier,
    rounding_divide_by_pot,
    scale_of,
    wrap32,
    zero_point_of,
)

#: Integer bits of the scaled difference (Q5.26) and of the sum of exponentials (Q12.19).
DIFF_BITS = 5
SUM_BITS = 12
MAX_DEPTH = (1 << SUM_BITS) - 1

#: (input, output) types → scale and zero point of the output.
_OUTPUTS = {
    (DType.INT8, DType.INT8): (2.0**-8, -128),
    (DType.INT8, DType.INT16): (2.0**-16, -(1 << 15)),
    (DType.INT16, DType.INT16): (2.0**-15, 0),
}


@dataclass(frozen=True)
class SoftmaxParams:
    """A prepared SOFTMAX.

    Attributes:
        rows, depth: the last dimension is the depth.
        multiplier, left_shift: bring a difference of inputs to Q5.26, beta included.
        diff_min: differences below it have probability 0.
        bits: of the output.
    """

    rows: int
    depth: int
    multiplier: int
    left_shift: int
    diff_min: int
    bits: int = 8

    def exponentials(self) -> Int64:
        """exp of the differences 0, -1 … -255 in Q0.31; 0 below `diff_min`. int64 [256]."""
        diff = -np.arange(256, dtype=np.int64)
        # Only differences from diff_min on are scaled: the others could overflow.
        kept = np.maximum(diff, self.diff_min)
        scaled = doubling_high_mul(wrap32(kept << self.left_shift), self.multiplier)
        return np.where(diff >= self.diff_min, exp_on_negative_values(scaled, DIFF_BITS), 0)


def scaling(beta: float, scale: float) -> tuple[int, int, int]:
    """Multiplier, left shift and diff_min for differences in Q5.26 (PreprocessSoftmaxScaling)."""
    real = min(beta * scale * float(1 << (31 - DIFF_BITS)), (1 << 31) - 1.0)
    factor = quantize_multiplier(real)
    radius = ((1 << DIFF_BITS) - 1) * float(1 << (31 - DIFF_BITS)) / float(1 << factor.shift)
    return factor.multiplier, factor.shift, -math.floor(radius)


def prepare(graph: Graph, node: Node) -> SoftmaxParams:
    """Scaling of the differences; `check` has passed."""
    assert isinstance(node.attrs, SoftmaxAttrs)
    data, out = tensors_of(graph, node)
    depth = data.shape[-1]
    return SoftmaxParams(data.elements // depth, depth, *scaling(node.attrs.beta, scale_of(data)), 8 * out.dtype.bytes)


def _read_options(o: Options) -> SoftmaxAttrs:
    return SoftmaxAttrs(beta=o.finite(0))


class Softmax(Operator):
    """SOFTMAX over the last dimension."""

    name = "SOFTMAX"
    options = OptionsFormat(9, _read_options)
    forms = (
        "int8 to int8 with scale 1/256 and zero point -128, or to int16 with scale 1/65536 and zero point -32768; "
        "int16 to int16 with scale 1/32768 and zero point 0; over the last dimension of at most 4095, any beta > 0; "
        f"{scores.FORM}"
    )
    note = (
        "A row of 512 or more nearly equal classes gives the least value in every int8 output, where TensorFlow Lite "
        f"Micro aborts. {scores.NOTE}"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, SoftmaxAttrs):
            return "no attributes"
        reason = count_reason(node, (1,)) or has_absent(node)
        if reason:
            return reason
        if scores.is_float(graph, node):
            return scores.float_reason(graph, node)
        data, out = tensors_of(graph, node)
        wide = (DType.INT8, DType.INT16)
        reason = data_reason(data, "the input", wide) or data_reason(
            out, "the output", wide if data.dtype is DType.INT8 else (DType.INT16,)
        )
        if reason:
            return reason
        scale, zero_point = _OUTPUTS[data.dtype, out.dtype]
        near = 0.001 * scale if out.dtype is DType.INT16 else 0
        if abs(scale_of(out) - scale) > near or zero_point_of(out) != zero_point:
            return f"the output's quantization; supported: scale 1/{1 / scale:.0f} and zero point {zero_point}"
        if not data.shape or data.shape[-1] > MAX_DEPTH:
            return f"input {list(data.shape)}; supported: a last dimension of at most {MAX_DEPTH}"
        if data.dtype is DType.INT16:
            return wide_reason(node.attrs.beta, data)
        # TensorFlow Lite Micro aborts where the factor to Q5.26 is not above one.
        if not node.attrs.beta * scale_of(data) * float(1 << (31 - DIFF_BITS)) > 1:
            return (
                f"beta {node.attrs.beta:g} with an input scale of {scale_of(data):g}; supported: a product above 2^-26"
            )
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return (graph.tensors[node.inputs[0]].shape,)

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        if scores.is_float(graph, node):
            assert isinstance(node.attrs, SoftmaxAttrs)
            return [scores.softmax(present(inputs[0]).astype(np.float32, copy=False), node.attrs.beta)]
        data, out = tensors_of(graph, node)
        x = present(inputs[0]).astype(np.int64)
        if data.dtype is DType.INT16:
            return [wide_softmax(prepare_wide(graph, node), x)]
        table, bits = prepare(graph, node).exponentials(), 8 * out.dtype.bytes
        least = -(1 << (bits - 1))
        below = x.max(axis=-1, keepdims=True) - x
        exps = table[below]
        counted = -below >= prepare(graph, node).diff_min
        total = np.where(counted, rounding_divide_by_pot(exps, SUM_BITS), 0).sum(axis=-1, keepdims=True)
        headroom = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)
        scale = one_over_one_plus_x((total << headroom) - (1 << 31))
        # With 512 or more equal classes the exponent exceeds 31. TensorFlow Lite Micro aborts; here the result is -128.
        raw = rounding_divide_by_pot(doubling_high_mul(scale, exps), SUM_BITS - headroom + 31 - bits) + least
        return [np.where(counted, np.clip(raw, least, -least - 1), least).astype(out.dtype.numpy)]


OPERATORS.add(Softmax.name, Softmax())
