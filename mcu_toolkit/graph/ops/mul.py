"""MUL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.attrs import Arithmetic
from mcu_toolkit.graph.ir import Array, Graph, Node
from mcu_toolkit.graph.ops.base import Inputs, Integers, Operator, Shape, shift_reason
from mcu_toolkit.graph.ops.broadcast import NARROW_AND_WIDE, aligned, pair_reason, pair_shape
from mcu_toolkit.graph.ops.integers import FORM, cut, integers_reason, of_integers
from mcu_toolkit.graph.ops.linear import activation_reason
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import (
    Multiplier,
    activation_range,
    quantize_multiplier,
    requantize,
    scale_of,
    zero_point_of,
)


@dataclass(frozen=True)
class Product:
    """A prepared MUL: ``clamp((a - a_zero_point) * (b - b_zero_point) * factor + out_zero_point)``."""

    a_zero_point: int
    b_zero_point: int
    out_zero_point: int
    factor: Multiplier
    act_min: int
    act_max: int


def _real_factor(graph: Graph, node: Node) -> float:
    a, b, out = (scale_of(graph.tensors[i]) for i in (*node.inputs, *node.outputs))
    return a * b / out


def prepare(graph: Graph, node: Node) -> Product:
    """Factor and clamp; `check` has passed."""
    assert isinstance(node.attrs, Arithmetic)
    a, b, out = (graph.tensors[i] for i in (*node.inputs, *node.outputs))
    clamp = activation_range(node.attrs.activation, out)
    assert clamp is not None
    factor = quantize_multiplier(_real_factor(graph, node))
    return Product(zero_point_of(a), zero_point_of(b), zero_point_of(out), factor, *clamp)


def _read_options(o: Options) -> Arithmetic:
    return Arithmetic(o.activation(0))


class Mul(Operator):
    """MUL."""

    name = "MUL"
    options = OptionsFormat(21, _read_options)
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
        return reason or shift_reason(_real_factor(graph, node))

    def infer(self, graph: Graph, node: Node) -> tuple[Shape, ...]:
        return pair_shape(graph, node)

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return inputs[0] * inputs[1]

    def compute(self, graph: Graph, node: Node, inputs: Inputs) -> list[Array]:
        a, b = aligned(inputs)
        if of_integers(graph, node):
            return [cut(self.shape_value(graph, node, (a.astype(np.int64), b.astype(np.int64))))]
        p = prepare(graph, node)
        product = (a.astype(np.int64) - p.a_zero_point) * (b.astype(np.int64) - p.b_zero_point)
        out = requantize(product, p.factor.multiplier, p.factor.shift, p.out_zero_point, p.act_min, p.act_max)
        return [out.astype(graph.tensors[node.outputs[0]].dtype.numpy)]


OPERATORS.add(Mul.name, Mul())
