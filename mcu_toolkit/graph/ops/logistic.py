"""LOGISTIC, and the scaling of its input, which TANH uses too."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph import fixedpoint
from mcu_toolkit.graph.ir import Graph, Node, Tensor
from mcu_toolkit.graph.ops.base import tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    scale_of,
    zero_point_of,
)

#: Integer bits of the scaled input (Q4.27).
INPUT_BITS = 4


@dataclass(frozen=True)
class ToFixed:
    """Conversion from int8 to Q4.27; differences from the zero point of `radius` or more saturate."""

    factor: Multiplier
    radius: int
    zero_point: int

    def __call__(self, q: Int64) -> tuple[Int64, Int64]:
        """Differences from the zero point, and the same in Q4.27 where they are inside the radius."""
        difference = q - self.zero_point
        inside = np.clip(difference, -max(self.radius - 1, 0), max(self.radius - 1, 0))
        return difference, multiply_by_quantized_multiplier(inside, self.factor.multiplier, self.factor.shift)


def to_fixed(tensor: Tensor) -> ToFixed:
    """Scaling of an input to Q4.27 (CalculateInputRadius)."""
    factor = quantize_multiplier(scale_of(tensor) * float(1 << (31 - INPUT_BITS)))
    radius = ((1 << INPUT_BITS) - 1) * float(1 << (31 - INPUT_BITS)) / 2.0**factor.shift
    return ToFixed(factor, math.floor(radius), zero_point_of(tensor))


def fixed_reason(graph: Graph, node: Node, scale: float, zero_point: int) -> str | None:
    """Reason when the input's scale is too small for Q4.27, or the output's quantization is not the one given."""
    data, out = tensors_of(graph, node)
    if scale_of(out) != scale or zero_point_of(out) != zero_point:
        return f"the output's quantization; supported: scale {scale:g} and zero point {zero_point}"
    if quantize_multiplier(scale_of(data) * float(1 << (31 - INPUT_BITS))).shift < 0:
        return f"an input scale of {scale_of(data):g}; supported: above 2^-28"
    return None


def saturated(difference: Int64, radius: int, inside: Int64) -> Table:
    """The ends of a sigmoid-like table; the low end is tested first, as in the reference."""
    return np.where(difference <= -radius, -128, np.where(difference >= radius, 127, inside)).astype(np.int8)


class Logistic(Lookup):
    """LOGISTIC."""

    name = "LOGISTIC"
    forms = "int8 to int8 with scale 1/256 and zero point -128"

    def limits(self, graph: Graph, node: Node) -> str | None:
        return fixed_reason(graph, node, 1 / 256, -128)

    def table(self, graph: Graph, node: Node) -> Table:
        fixed = to_fixed(graph.tensors[node.inputs[0]])
        difference, scaled = fixed(ALL_INT8)
        real = rounding_divide_by_pot(fixedpoint.logistic(scaled, INPUT_BITS), 31 - 8) - 128
        return saturated(difference, fixed.radius, np.clip(real, -128, 127))


OPERATORS.add(Logistic.name, Logistic())
