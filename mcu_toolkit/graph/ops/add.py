"""ADD and SUB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcu_toolkit.graph.attrs import Arithmetic
from mcu_toolkit.graph.ir import Array, DType, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Integers, Operator, Shape
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE, aligned, pair_reason, pair_shape
from mcu_toolkit.graph.ops.integers import FORM, cut, integers_reason, of_integers
from mcu_toolkit.graph.ops.linear import activation_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    activation_range,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    zero_point_of,
)

#: Both inputs are shifted left by this many bits, by their type, before they are rescaled to one scale.
LEFT_SHIFT = {DType.INT8: 20, DType.INT16: 15}


@dataclass(frozen=True)
class Sum:
    """A prepared ADD or SUB.

    ``out = requantize(((a - a_zero_point) << left_shift) * a_factor + sign * ((b - b_zero_point) << left_shift) *
    b_factor) + out_zero_point``, clamped; each product rounded twice.
    """

    a_zero_point: int
    b_zero_point: int
    out_zero_point: int
    left_shift: int
    a: Multiplier
    b: Multiplier
    out: Multiplier
    sign: int
    act_min: int
    act_max: int


def _operator_of(node: Node) -> Add:
    kind = OPERATORS[node.op]
    assert isinstance(kind, Add)
    return kind


def _factors(graph: Graph, node: Node) -> tuple[Multiplier, Multiplier, Multiplier]:
    """Factors of the inputs and the output."""
    a, b, out = (graph.tensors[index] for index in (*node.inputs[:2], node.outputs[0]))
    twice = 2 * max(scale_of(a), scale_of(b))
    last = twice / ((1 << LEFT_SHIFT[out.dtype]) * scale_of(out))
    # A factor that is too large is refused by `check`, whatever it is.
    first, second, third = (
        quantize_multiplier(min(factor, 2.0**40)) for factor in (scale_of(a) / twice, scale_of(b) / twice, last)
    )
    return first, second, third


def prepare(graph: Graph, node: Node) -> Sum:
    """Factors and clamp; `check` has passed."""
    assert isinstance(node.attrs, Arithmetic)
    a, b, out = graph.tensors[node.inputs[0]], graph.tensors[node.inputs[1]], graph.tensors[node.outputs[0]]
    clamp = activation_range(node.attrs.activation, out)
    assert clamp is not None
    factor_a, factor_b, factor_out = _factors(graph, node)
    return Sum(
        a_zero_point=zero_point_of(a),
        b_zero_point=zero_point_of(b),
        out_zero_point=zero_point_of(out),
        left_shift=LEFT_SHIFT[out.dtype],
        a=factor_a,
        b=factor_b,
        out=factor_out,
        sign=_operator_of(node).sign,
        act_min=clamp[0],
        act_max=clamp[1],
    )


def _read_options(o: Options) -> Arithmetic:
    return Arithmetic(o.activation(0))


class Add(Operator):
    """ADD."""

    name = "ADD"
    #: Of the second input.
    sign: ClassVar[int] = 1
    options = OptionsFormat(11, _read_options)
    elementwise = 2
    fuses_activation = True
    forms = (
        "int8, or int16 with zero point 0, broadcasting up to 5 dimensions, either input may be constant; "
        f"fused NONE, RELU, RELU6, RELU_N1_TO_1; {FORM}"
    )

    def check(self, graph: Graph, node: Node) -> str | None:
        if not isinstance(node.attrs, Arithmetic):
            return "no attributes"
        if of_integers(graph, node):
            return integers_reason(graph, node)
        reason = pair_reason(graph, node, NARROW_AND_WIDE) or activation_reason(
            node.attrs.activation, graph.tensors[node.outputs[0]]
        )
        if reason:
            return reason
        # TensorFlow Lite Micro aborts where the last factor is not below one.
        if _factors(graph, node)[2].shift > 0:
            return "the output's scale is too small a part of the larger input scale"
        return None

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return inputs[0] + inputs[1]

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        a, b = aligned(inputs)
        if of_integers(graph, node):
            return [cut(self.shape_value(graph, node, (a.astype(np.int64), b.astype(np.int64))))]
        p = prepare(graph, node)
        scaled_a = _scaled(a, p.a_zero_point, p.left_shift, p.a)
        scaled_b = _scaled(b, p.b_zero_point, p.left_shift, p.b)
        total = scaled_a + p.sign * scaled_b
        out = requantize(total, p.out.multiplier, p.out.shift, p.out_zero_point, p.act_min, p.act_max)
        return [out.astype(graph.tensors[node.outputs[0]].dtype.numpy)]


def _scaled(x: Array, zero_point: int, left_shift: int, factor: Multiplier) -> Int64:
    shifted = (x.astype(np.int64) - zero_point) << left_shift
    return multiply_by_quantized_multiplier(shifted, factor.multiplier, factor.shift)


class Sub(Add):
    """SUB."""

    name = "SUB"
    sign = -1
    options = OptionsFormat(28, _read_options)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return inputs[0] - inputs[1]


OPERATORS.add(Add.name, Add())
OPERATORS.add(Sub.name, Sub())
