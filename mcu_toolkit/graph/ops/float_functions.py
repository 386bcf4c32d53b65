"""Functions of one real number: between DEQUANTIZE and QUANTIZE, and those that TensorFlow Lite has in int8 by a table.

All are tables of 256 results, computed in float32 when the model is compiled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from mcu_toolkit.graph.attrs import Attrs, FloatFunction
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.base import Integers, tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.quantize import quantize_real
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.options import Options, OptionsFormat
from mcu_toolkit.graph.requantize import round_half_away, scale_of, zero_point_of

Real = npt.NDArray[np.float32]


class RealFunction(Lookup):
    """Base: ``DEQUANTIZE → function in float32 → QUANTIZE`` is one int8 operator."""

    note = "Evaluated in float32 at compile time for all 256 inputs; no float on the device."
    forms = "float32 between DEQUANTIZE and QUANTIZE of int8"
    #: The function of doubles; its results are rounded to float32.
    function: ClassVar[np.ufunc]

    def value(self, node: Node, x: Real) -> Real:
        """The results in float32, correctly rounded; infinities and NaN where the function gives them."""
        return np.asarray(type(self).function(x.astype(np.float64)), np.float32)

    def limits(self, graph: Graph, node: Node) -> str | None:
        return None if _through_float(node) else f"int8 by itself; supported: {self.forms}"

    def from_float(self, node: Node) -> Attrs:
        before = node.attrs if isinstance(node.attrs, FloatFunction) else FloatFunction()
        return replace(before, through_float=True)

    def table(self, graph: Graph, node: Node) -> Table:
        data, out = tensors_of(graph, node)
        real = (scale_of(data) * (ALL_INT8 - zero_point_of(data))).astype(np.float32)
        with np.errstate(all="ignore"):
            result = self.value(node, real)
        return quantize_real(result, scale_of(out), zero_point_of(out), DType.INT8).astype(np.int8)


def _through_float(node: Node) -> bool:
    return isinstance(node.attrs, FloatFunction) and node.attrs.through_float


class TableFunction(RealFunction):
    """Base of those that TensorFlow Lite also has in int8, by the table of its LUTPopulate."""

    forms = "int8 to int8, or float32 between DEQUANTIZE and QUANTIZE; finite results within 2^31 steps of the output"
    note = (
        "Evaluated in float32 at compile time for all 256 inputs; no float on the device. int8 as in TensorFlow Lite; "
        "TensorFlow Lite Micro has no such kernel."
    )

    def limits(self, graph: Graph, node: Node) -> str | None:
        _, out = tensors_of(graph, node)
        steps = self._steps(graph, node)
        if not np.isfinite(steps).all() or np.abs(steps).max() >= 2.0**31:
            return f"results beyond the output's scale of {scale_of(out):g}; supported: {self.forms}"
        return None

    def table(self, graph: Graph, node: Node) -> Table:
        if _through_float(node):
            return super().table(graph, node)
        return np.asarray(np.clip(self._steps(graph, node), -128, 127), np.int8)

    def _steps(self, graph: Graph, node: Node) -> Real:
        data, out = tensors_of(graph, node)
        with np.errstate(all="ignore"):
            inverse = np.float32(1) / np.float32(scale_of(out))
            x = np.float32(scale_of(data)) * (ALL_INT8 - zero_point_of(data)).astype(np.float32)
            steps = round_half_away(self.value(node, x) * inverse) + np.float32(zero_point_of(out))
        return np.asarray(steps, np.float32)


class Exp(TableFunction):
    """EXP."""

    name = "EXP"
    function = np.exp


def _read_gelu(o: Options) -> FloatFunction:
    return FloatFunction(approximate=o.flag(0))


class Gelu(TableFunction):
    """GELU, exact or approximated by tanh, step by step in float32 as TensorFlow Lite computes it."""

    name = "GELU"
    options = OptionsFormat(116, _read_gelu)

    def value(self, node: Node, x: Real) -> Real:
        half = np.float32(0.5) * x
        if isinstance(node.attrs, FloatFunction) and node.attrs.approximate:
            inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)
            return np.asarray(half * (np.float32(1) + np.tanh(inner.astype(np.float64)).astype(np.float32)))
        steps = (x * np.float32(-math.sqrt(0.5))).tolist()
        return np.asarray(half * np.array([math.erfc(step) for step in steps], np.float32))


class Sqrt(RealFunction):
    """SQRT."""

    name = "SQRT"
    function = np.sqrt


class Log(RealFunction):
    """LOG."""

    name = "LOG"
    function = np.log


class Sin(RealFunction):
    """SIN."""

    name = "SIN"
    function = np.sin


class Cos(RealFunction):
    """COS."""

    name = "COS"
    function = np.cos


class Square(RealFunction):
    """SQUARE."""

    name = "SQUARE"
    function = np.square


class Neg(RealFunction):
    """NEG."""

    name = "NEG"
    function = np.negative

    def shape_value(self, graph: Graph, node: Node, inputs: Sequence[Integers]) -> Integers:
        return -inputs[0]


class Floor(RealFunction):
    """FLOOR."""

    name = "FLOOR"
    function = np.floor


class Ceil(RealFunction):
    """CEIL."""

    name = "CEIL"
    function = np.ceil


class Round(RealFunction):
    """ROUND: halves to even."""

    name = "ROUND"
    function = np.rint


for _kind in (Exp(), Gelu(), Sqrt(), Log(), Sin(), Cos(), Square(), Neg(), Floor(), Ceil(), Round()):
    OPERATORS.add(_kind.name, _kind)
