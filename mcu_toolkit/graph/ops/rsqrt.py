"""RSQRT, and the integer reciprocal square root, which L2_NORMALIZATION uses too."""

from __future__ import annotations

import math

import numpy as np

from mcu_toolkit.graph.fixedpoint import inverse_sqrt
from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Multiplier,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    scale_of,
    wrap32,
    zero_point_of,
)

#: Bits by which a quotient is shifted left to stay an integer.
_SHIFT = 20


def _factor(graph: Graph, node: Node) -> Multiplier:
    """The square root of the input's scale is rounded to float32."""
    data, out = tensors_of(graph, node)
    root = float(np.float32(math.sqrt(scale_of(data))))
    with np.errstate(under="ignore", over="ignore"):
        product = float(np.float32(root * scale_of(out)))
    # Above 2**40 a factor is refused, whatever it is.
    return quantize_multiplier(1.0 / max(product, 2.0**-40))


class Rsqrt(Lookup):
    """RSQRT."""

    name = "RSQRT"
    forms = "int8 to int8, any quantization"
    note = (
        "Inputs of the zero point and below give the largest output; TensorFlow Lite Micro stops at inputs below the "
        "zero point."
    )

    def limits(self, graph: Graph, node: Node) -> str | None:
        shift = _factor(graph, node).shift - _SHIFT
        return None if -31 <= shift <= 11 else f"scales that give a factor of 2^{shift}"

    def table(self, graph: Graph, node: Node) -> Table:
        data, out = tensors_of(graph, node)
        factor, found = _factor(graph, node), np.full(256, 127, np.int64)
        for place, difference in enumerate((ALL_INT8 - zero_point_of(data)).tolist()):
            if difference > 0:
                root = inverse_sqrt(difference)
                one = multiply_by_quantized_multiplier(np.int64(1), root.multiplier, root.shift + _SHIFT)
                scaled = multiply_by_quantized_multiplier(one, factor.multiplier, factor.shift - _SHIFT)
                found[place] = int(wrap32(np.asarray(scaled + zero_point_of(out))))
        return np.clip(found, -128, 127).astype(np.int8)


OPERATORS.add(Rsqrt.name, Rsqrt())
