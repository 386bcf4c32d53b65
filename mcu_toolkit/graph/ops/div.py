"""DIV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.attrs import Arithmetic
from mcu_toolkit.graph.fixedpoint import reciprocal
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Integers, Operator, Shape, shift_reason
from mcu_toolkit.graph.ops.broadcast import aligned, pair_reason, pair_shape
from mcu_toolkit.graph.ops.integers import FORM, cut, divided, integers_reason, of_integers
from mcu_toolkit.graph.ops.linear import activation_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Multiplier,
    activation_range,
    doubling_high_mul,
    quantize_multiplier,
    rounding_divide_by_pot,
    scale_of,
    wrap32,
    zero_point_of,
)


@dataclass(frozen=True, eq=False)
class Quotient:
    """A prepared DIV.

    Attributes:
        a_zero_point, b_zero_point, out_zero_point: of the tensors.
        factor: of a quotient of differences.
        act_min, act_max: clamp, output zero point included.
    """

    a_zero_point: int
    b_zero_point: int
    out_zero_point: int
    factor: Multiplier
    act_min: int
    act_max: int


def _real(graph: Graph, node: Node) -> float:
    a, b, out = (scale_of(graph.tensors[index]) for index in (*node.inputs, *node.outputs))
    return a / (b * out)


def prepare(graph: Graph, node: Node) -> Quotient:
    """Factor and clamp; `check` has passed."""
    assert isinstance(node.attrs, Arithmetic)
    a, b, out = (graph.tensors[index] for index in (*node.inputs, *node.outputs))
    clamp = activation_range(node.attrs.activation, out)
    assert clamp is not None
    factor = quantize_multiplier(_real(graph, node))
    return Quotient(zero_point_of(a), zero_point_of(b), zero_point_of(out), factor, *clamp)


def _read_options(o: Options) -> Arithmetic:
    return Arithmetic(o.activation(0))


class Div(Operator):
    """DIV."""

    name = "DIV"
    options = OptionsFormat(29, _read_options)
    elementwise = 2
    forms = (
        "int8, broadcasting up to 5 dimensions, either input may be constant; fused NONE, RELU, RELU6, RELU_N1_TO_1; "
        f"{FORM}"
    )
    note = (
        "A divisor of 0 is taken as 1 (int32: the quotient is 0), and a quotient below 2^-31 of the reference's "
        "largest is 0, where the reference's results are undefined."
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, Arithmetic):
            return "no attributes"
        if of_integers(graph, node):
            return integers_reason(graph, node)
        reason = pair_reason(graph, node)
        reason = reason or activation_reason(node.attrs.activation, graph.tensors[node.outputs[0]])
        if reason:
            return reason
        # The shift after the quotient must be to the right.
        if quantize_multiplier(_real(graph, node)).shift > 23:
            return "scales that give a factor above 2^23"
        return shift_reason(_real(graph, node))

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return divided(inputs[0], inputs[1])

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        a, b = np.broadcast_arrays(*(x.astype(np.int64) for x in aligned(inputs)))
        if of_integers(graph, node):
            return [cut(divided(a, b))]
        p = prepare(graph, node)
        divisor = b - p.b_zero_point
        value = np.where(divisor < 0, p.a_zero_point - a, a - p.a_zero_point)
        size = np.where(divisor == 0, 1, np.abs(divisor))
        inverses = [reciprocal(number) for number in range(1, 256)]
        inverse = np.array([0, *(m.multiplier for m in inverses)], np.int64)[size]
        places = np.array([0, *(m.shift for m in inverses)], np.int64)[size]
        # CountLeadingSignBits: bits after the sign that equal it.
        magnitude = np.where(value < 0, ~value, value)
        headroom = 31 - np.frexp(magnitude.astype(np.float64))[1].astype(np.int64)
        quotient = doubling_high_mul(wrap32(value << headroom), inverse)
        scaled = doubling_high_mul(quotient, p.factor.multiplier)
        right = np.minimum(-(p.factor.shift - places - headroom), 31)
        out = wrap32(rounding_divide_by_pot(scaled, right) + p.out_zero_point)
        return [np.clip(out, p.act_min, p.act_max).astype(np.int8)]


OPERATORS.add(Div.name, Div())
