"""ELU: computed in float32 for each of the 256 inputs, as TensorFlow Lite Micro does in its Prepare step."""

from __future__ import annotations

import numpy as np

from mcu_toolkit.graph.attrs import Attrs
from mcu_toolkit.graph.attrs import Elu as EluAttrs
from mcu_toolkit.graph.ir import DType, Graph, Node
from mcu_toolkit.graph.ops.base import tensors_of
from mcu_toolkit.graph.ops.lookup import ALL_INT8, Lookup, Table
from mcu_toolkit.graph.ops.quantize import quantize_real
from mcu_toolkit.graph.ops.registry import OPERATORS
from mcu_toolkit.graph.requantize import round_half_away, scale_of, zero_point_of


class Elu(Lookup):
    """ELU."""

    name = "ELU"
    note = "Evaluated in float32 at compile time for all 256 inputs; no float on the device."
    forms = "int8 to int8, or float32 between DEQUANTIZE and QUANTIZE; an output scale above 2^-20 of the input's"

    def limits(self, graph: Graph, node: Node) -> str | None:
        data, out = tensors_of(graph, node)
        # Beyond this limit the reference converts a float that does not fit int32.
        if 255 * scale_of(data) / scale_of(out) + 256 >= 2.0**31 or 1 / scale_of(out) >= 2.0**31:
            return f"scales {scale_of(data):g} to {scale_of(out):g}; supported: {self.forms}"
        return None

    def from_float(self, node: Node) -> Attrs:
        return EluAttrs(through_float=True)

    def table(self, graph: Graph, node: Node) -> Table:
        data, out = tensors_of(graph, node)
        if isinstance(node.attrs, EluAttrs) and node.attrs.through_float:
            real = (scale_of(data) * (ALL_INT8 - zero_point_of(data))).astype(np.float32)
            bent = np.where(real < 0, np.expm1(np.minimum(real, 0).astype(np.float64)), real).astype(np.float32)
            return quantize_real(bent, scale_of(out), zero_point_of(out), DType.INT8).astype(np.int8)
        with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
            inverse = np.float32(1) / np.float32(scale_of(out))
            x = np.float32(scale_of(data)) * (ALL_INT8 - zero_point_of(data)).astype(np.float32)
            # Rounded from double, which is nearest to the correctly rounded expf of the C library.
            below = np.exp(x.astype(np.float64)).astype(np.float32) - np.float32(1)
            steps = round_half_away(np.where(x < 0, below, x) * inverse) + np.float32(zero_point_of(out))
        return np.asarray(np.clip(steps, -128, 127), np.int8)


OPERATORS.add(Elu.name, Elu())
