"""CONV_2D with Helium for kernels three pixels wide (firmware/kernels/mve/mcutk_conv3_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.conv_mve import BLOCK, Rounding, saturating_rounding
from mcu_toolkit.compiler.kernels.pairs_mve import QUAD, pair_table, paired
from mcu_toolkit.compiler.kernels.structs import conv_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

_WIDTH = 3
#: Instructions around the products of four pixels and two channels, and for a plane.
_QUAD_COST = {Rounding.RELU: 23, Rounding.LINEAR: 25}
_PLANE_COST = 39


@dataclass(frozen=True)
class MveConv3:
    """The kernel with one way to round."""

    rounding: Rounding

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_conv3_mve_{self.rounding.value}"

    isa = MVE
    header = "mve/mcutk_conv3_mve.h"
    sources: Sequence[str] = ("mve/mcutk_conv3_mve.c", "mve/mcutk_conv3_core_mve.S")

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Kernels three pixels wide without stride or dilation along the row."""
        return (
            layer.kind is ConvKind.CONV
            and layer.kernel_w == _WIDTH
            and layer.stride_w == layer.dilation_w == 1
            and layer.out_w >= QUAD
            and layer.out_c > 1
            and 3 * layer.out_c + 1 < 1 << 16
            and layer.pad_left >= 0
            and self.rounding is saturating_rounding(layer)
        )

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        depth = -(-layer.in_c // BLOCK)
        quad = _QUAD_COST[self.rounding] + _PLANE_COST * layer.kernel_h * depth
        quads, rest = divmod(layer.out_w, QUAD)
        pair = 27 + quads * quad + (quad + 8 if rest else 0)
        per_column = 3 if layer.in_c == BLOCK else 6
        gather = layer.kernel_h * (20 + depth * (45 + per_column * min(layer.in_w, layer.out_w + 2)))
        return layer.out_h * (110 + 70 * (layer.out_c % 2) + -(-layer.out_c // 2) * pair + gather)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """The rows under an output row."""
        return layer.kernel_h * -(-layer.in_c // BLOCK) * (layer.out_w + _WIDTH - 1) * BLOCK

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights of pairs of channels, plane by plane."""
        pairs = paired(layer.out_c)
        depth = -(-layer.in_c // BLOCK)
        padded = np.zeros((len(pairs), layer.kernel_h, _WIDTH, depth * BLOCK), np.int8)
        padded[..., : layer.in_c] = layer.weights[pairs]
        split = padded.reshape(len(pairs) // 2, 2, layer.kernel_h, _WIDTH, depth, BLOCK)
        rows = split.transpose(0, 2, 4, 3, 1, 5).reshape(-1, BLOCK)
        layout = f"a row of {BLOCK} inputs: [pairs of channels][kernel_h][blocks][kernel_w][2 channels]"
        lanes = Lanes((*(0,) * BLOCK, *(1,) * BLOCK), rows=layer.kernel_h * depth * 2 * _WIDTH)
        weights = ConstArray("weights", "int8_t", rows, align=BLOCK, layout=layout, coding=lanes)
        return ParamsArg(
            "mcutk_conv3_mve",
            (
                ("shape", conv_shape(layer)),
                ("weights", weights),
                ("pairs", pair_table(layer)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Rows are copied before an output row is written."""
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 0)


VARIANTS: tuple[MveConv3, ...] = (MveConv3(Rounding.RELU), MveConv3(Rounding.LINEAR))
add_conv_kernels(VARIANTS)
