"""HARD_SWISH: the 16-bit fixed-point arithmetic of the reference, as a table."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.ir import Graph, Node
from mcu_toolkit.graph.ops.base import tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import (
    Int64,
    Multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    scale_of,
    zero_point_of,
)

_INT16 = (-(1 << 15), (1 << 15) - 1)


def _factors(graph: Graph, node: Node) -> tuple[Multiplier, Multiplier]:
    """Factors to the output's scale and to the scale where 3.0 is 32768, computed in float32."""
    data, out = tensors_of(graph, node)
    with np.errstate(over="ignore", under="ignore"):
        fine = np.float32(1 / 128) * np.float32(scale_of(data))
        to_out, to_unit = fine / np.float32(scale_of(out)), fine / np.float32(3.0 / 32768.0)
    return quantize_multiplier(min(float(to_out), 2.0**40)), quantize_multiplier(min(float(to_unit), 2.0**40))


def _narrow(multiplier: int) -> int:
    """A Q31 multiplier as Q15 (DownScaleInt32ToInt16Multiplier)."""
    return _INT16[1] if multiplier >= (1 << 31) - 1 - (1 << 15) else (multiplier + (1 << 15)) >> 16


def _rounding_high_mul(a: Int64, b: int) -> Int64:
    return np.asarray(np.minimum((a * b + (1 << 14)) >> 15, _INT16[1]), np.int64)


def _truncating_high_mul(a: Int64, b: Int64) -> Int64:
    product = a * b
    return np.asarray(np.minimum(np.sign(product) * (np.abs(product) >> 15), _INT16[1]), np.int64)


def _left(a: Int64, bits: int) -> Int64:
    return np.asarray(np.clip(a << bits, *_INT16), np.int64)


class HardSwish(Lookup):
    """HARD_SWISH."""

    name = "HARD_SWISH"
    forms = "int8 to int8, the output's scale at least 1/128 of the input's"

    def limits(self, graph: Graph, node: Node) -> str | None:
        to_out, to_unit = _factors(graph, node)
        if not -15 <= to_out.shift <= 0 or not -15 <= to_unit.shift <= 30:
            data, out = tensors_of(graph, node)
            return (
                f"scales {scale_of(data):g} to {scale_of(out):g}; supported: a ratio from 2^-8 to 2^7 and an "
                "input scale from 2^-20"
            )
        return None

    def table(self, graph: Graph, node: Node) -> Table:
        data, out = tensors_of(graph, node)
        to_out, to_unit = _factors(graph, node)
        fine = (ALL_INT8 - zero_point_of(data)) << 7
        on_output = _rounding_high_mul(fine, _narrow(to_out.multiplier))
        gate = fine
        if to_unit.shift > 0:
            gate = _left(gate, to_unit.shift - 1)
        gate = _rounding_high_mul(gate, _narrow(to_unit.multiplier))
        if to_unit.shift > 0:
            gate = _left(gate, 1)
        if to_unit.shift < 0:
            gate = rounding_divide_by_pot(gate, -to_unit.shift)
        gate = (gate + (1 << 15)) >> 1
        result = rounding_divide_by_pot(_truncating_high_mul(gate, on_output), -to_out.shift) + zero_point_of(out)
        return np.clip(result, -128, 127).astype(np.int8)


OPERATORS.add(HardSwish.name, HardSwish())
