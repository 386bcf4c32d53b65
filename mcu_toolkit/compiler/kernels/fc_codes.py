"""FULLY_CONNECTED with weights on a grid of 2 or 4 bits, multiplied as they are stored (mcutk_fc_codes.h).

A fully connected layer uses each weight once per row: unpacking the weights into scratch costs as much as the products,
and the scratch would be far larger than the activations. This variant needs no scratch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.fewbit import Ints, grid_of
from mcu_toolkit.compiler.kernels.base import KERNELS
from mcu_toolkit.compiler.kernels.conv import conv_kernel
from mcu_toolkit.compiler.kernels.conv_portable import small_core
from mcu_toolkit.compiler.kernels.structs import channel_table, fc_shape
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import raster_slack
from mcu_toolkit.targets.isa import PORTABLE, Isa
from mcu_toolkit.targets.target import Target


@lru_cache(maxsize=4)
def codes_of(layer: ConvLayer) -> tuple[Ints, int, int, int] | None:
    """Codes [out_c, in_c], step, origin and bits of the weights; None where they are on no grid of 4 bits."""
    weights = layer.weights_by_channel.astype(np.int64)
    for bits in (2, 4):
        found = grid_of(weights, bits)
        if found is not None:
            return (*found, bits)
    return None


@dataclass(frozen=True)
class FcCodes:
    """Two outputs at a time. No scratch."""

    name: str = "mcutk_fc_codes_s8"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_fc_codes.c",)
    header: str = "portable/mcutk_fc_codes.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Fully connected layers with weights on a grid, where flash matters."""
        fits = layer.kind is ConvKind.FULLY_CONNECTED and target.optimize.saves_flash
        return fits and codes_of(layer) is not None

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Measured on the emulator."""
        small = small_core(target)
        pair = 250 + 18 * layer.in_c if small else 130 + 13 * layer.in_c // 2
        return 40 + layer.out_h * layer.out_w * (30 + 5 * layer.in_c + -(-layer.out_c // 2) * pair)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """None."""
        return 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_fc_codes``."""
        found = codes_of(layer)
        assert found is not None
        codes, step, origin, bits = found
        each = 32 // bits
        words = np.pad(codes, ((0, 0), (0, -codes.shape[1] % each))).reshape(len(codes), -1, each)
        packed = (words << bits * np.arange(each)).sum(axis=2).astype(np.uint32)
        fields = (
            ("shape", fc_shape(layer)),
            ("codes", ConstArray("codes", "uint32_t", packed, layout=f"a row per output: {bits}-bit codes of inputs")),
            ("channels", channel_table(layer)),
            ("step", step),
            ("origin", origin),
            ("bits", bits),
        )
        return ParamsArg("mcutk_fc_codes", fields)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """A row of inputs is read until its last outputs are computed."""
        return raster_slack(layer, layer.in_c, layer.out_c)


VARIANTS: tuple[ConvKernel, ...] = (FcCodes(),)
for _variant in VARIANTS:
    KERNELS.add(_variant.name, conv_kernel(_variant))
