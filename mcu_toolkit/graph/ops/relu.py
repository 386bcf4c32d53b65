"""RELU."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.graph.attrs import Activation
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import shift_reason, tensors_of
from mcu_toolkit.graph.ops.lookup import Pointwise
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    RANGES,
    Int64,
    Multiplier,
    quantize_multiplier,
    requantize,
    scale_of,
    zero_point_of,
)


def ratio(graph: Graph, node: Node) -> float:
    """Input scale over output scale."""
    data, out = tensors_of(graph, node)
    return scale_of(data) / scale_of(out)


@dataclass(frozen=True)
class Bend:
    """A function that is linear on both sides of zero.

    ``clamp((x - in_zero_point) * factor + out_zero_point)``, with `positive` where ``x >= in_zero_point``. With
    `mirrored`, the absolute difference is taken.
    """

    in_zero_point: int
    out_zero_point: int
    positive: Multiplier
    negative: Multiplier
    low: int
    high: int
    mirrored: bool = False


def bent(p: Bend, x: Int64) -> Int64:
    """The results for inputs of any shape."""
    difference = np.abs(x - p.in_zero_point) if p.mirrored else x - p.in_zero_point
    sides = (
        requantize(difference, factor.multiplier, factor.shift, p.out_zero_point, p.low, p.high)
        for factor in (p.positive, p.negative)
    )
    return np.where(difference >= 0, *sides)


class Bending(Pointwise):
    """Base of RELU and its relatives."""

    @abstractmethod
    def bend(self, graph: Graph, node: Node) -> Bend:
        """Factors and limits; `check` has passed."""

    def values(self, graph: Graph, node: Node, x: Int64) -> Int64:
        return bent(self.bend(graph, node), x)


class Relu(Bending):
    """RELU."""

    name = "RELU"
    clamp = Activation.RELU
    forms = "int8 to int8 or int16 to int16, any quantization"

    def limits(self, graph: Graph, node: Node) -> str | None:
        return shift_reason(ratio(graph, node))

    def bend(self, graph: Graph, node: Node) -> Bend:
        data, out = tensors_of(graph, node)
        factor, zero = quantize_multiplier(ratio(graph, node)), zero_point_of(out)
        return Bend(zero_point_of(data), zero, factor, factor, zero, RANGES[out.dtype][1])


OPERATORS.add(Relu.name, Relu())
