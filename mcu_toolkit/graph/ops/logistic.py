"""LOGISTIC, and the scaling of its input, which TANH uses too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcu_toolkit.graph import fixedpoint
from mcu_toolkit.graph.ir import Array, DType, Graph, Node, Tensor
from mcu_toolkit.graph.ops import scores
from mcu_toolkit.graph.ops.base import Inputs, present, tensors_of
from mcu_toolkit.graph.ops.lookup import Pointwise
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    scale_of,
    wrap32,
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


def saturated(difference: Int64, radius: int, inside: Int64) -> Int64:
    """The ends of a sigmoid-like table; the low end is tested first, as in the reference."""
    return np.where(difference <= -radius, -128, np.where(difference >= radius, 127, inside))


@dataclass(frozen=True)
class ToSteps:
    """Conversion of int16 to multiples of 1 / 12288: ``(x * multiplier + half) >> shift``."""

    multiplier: int
    shift: int

    def __call__(self, x: Int64) -> Int64:
        half = 1 << (self.shift - 1) if self.shift else 0
        return wrap32(x * self.multiplier + half) >> self.shift


def power_of_two(scale: float) -> int | None:
    """The logarithm of a scale to base 2 if it is an integer within 0.001, as CheckedLog2 tests it; else None."""
    power = math.log2(scale)
    return round(power) if abs(power - round(power)) < 1e-3 else None


def to_steps(tensor: Tensor, exact_shifts: tuple[int, ...]) -> ToSteps:
    """Scaling of an int16 input for the table of sigmoids.

    Args:
        tensor: the input.
        exact_shifts: a scale of 2 ** (s - 12) for one of these s needs no rounding.
    """
    scale = scale_of(tensor)
    power = power_of_two(scale)
    if power is not None and power + 12 in exact_shifts:
        return ToSteps(3 << (power + 12), 0)
    real, shift = scale * 4096.0 * 3.0, 0
    while real <= 32767.0 / 2.0 and shift <= 30:
        shift, real = shift + 1, real * 2.0
    return ToSteps(int(real), shift)


def steps_reason(graph: Graph, node: Node) -> str | None:
    """Reason when the reference does not take the quantization of an int16 LOGISTIC or TANH."""
    data, out = tensors_of(graph, node)
    if zero_point_of(data) or zero_point_of(out) or power_of_two(scale_of(out)) != -15:
        return "the quantization; supported: int16 with zero point 0, to scale 2^-15"
    if scale_of(data) * 4096.0 * 3.0 > 32767:
        return f"an input scale of {scale_of(data):g}; supported: up to 2.66"
    return None


class Squashing(Pointwise):
    """Base of LOGISTIC and TANH, whose int16 form uses a table of sigmoids."""

    #: See `to_steps`.
    exact_shifts: ClassVar[tuple[int, ...]]

    def steps(self, graph: Graph, node: Node) -> ToSteps:
        """Scaling of an int16 input."""
        return to_steps(graph.tensors[node.inputs[0]], self.exact_shifts)


class Logistic(Squashing):
    """LOGISTIC."""

    name = "LOGISTIC"
    exact_shifts = (0,)
    types = (DType.INT8, DType.INT16, DType.FLOAT32)
    forms = (
        "int8 to int8 with scale 1/256 and zero point -128; int16 with zero point 0 to int16 with scale 2^-15; "
        f"{scores.FORM}"
    )
    note = scores.NOTE

    def limits(self, graph: Graph, node: Node) -> str | None:
        data = graph.tensors[node.inputs[0]]
        if data.dtype is DType.FLOAT32:
            return scores.float_reason(graph, node)
        if data.dtype is DType.INT16:
            return steps_reason(graph, node)
        return fixed_reason(graph, node, 1 / 256, -128)

    def values(self, graph: Graph, node: Node, x: Int64) -> Int64:
        data = graph.tensors[node.inputs[0]]
        if data.dtype is DType.INT16:
            return fixedpoint.sigmoid_of_steps(self.steps(graph, node)(x))
        fixed = to_fixed(data)
        difference, scaled = fixed(x)
        real = rounding_divide_by_pot(fixedpoint.logistic(scaled, INPUT_BITS), 31 - 8) - 128
        return saturated(difference, fixed.radius, np.clip(real, -128, 127))

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        if scores.is_float(graph, node):
            return [scores.logistic(present(inputs[0]).astype(np.float32, copy=False))]
        return super().compute(graph, node, inputs)


OPERATORS.add(Logistic.name, Logistic())
