"""DEPTHWISE_CONV_2D with Helium, four pixels by two channels (firmware/kernels/mve/mcutk_depthwise_quad_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels, add_kernel, conv_kernel
from mcu_toolkit.compiler.kernels.conv_mve import BLOCK, Rounding, saturating_rounding
from mcu_toolkit.compiler.kernels.depthwise_mve import (
    fits_strip,
    oriented,
    pitch_of,
    plane_of,
    strip_cost,
    strip_slack,
)
from mcu_toolkit.compiler.kernels.pairs_mve import QUAD, pair_table, paired
from mcu_toolkit.compiler.kernels.structs import depthwise_shape
from mcu_toolkit.compiler.layer import ConvLayer
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Products of twice the pixel pitch and the kernel height that have a kernel of their own.
_STEPS = (6, 12)
#: Instructions for four pixels of two channels.
_QUAD_COST = {Rounding.RELU: 31, Rounding.LINEAR: 33}


@dataclass(frozen=True)
class MveDepthwiseQuad:
    """The kernel with one way to round.

    Attributes:
        step: ``2 * stride_w * kernel_h`` where it is built into the loads, 0 for kernels that take any.
        rounding: how it rounds.
        by_columns: rows and columns of the image exchanged.
    """

    step: int
    rounding: Rounding
    by_columns: bool = False

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_depthwise_quad{self.step or ''}_mve_{self.rounding.value}"

    isa = MVE
    header = "mve/mcutk_depthwise_quad_mve.h"
    sources: Sequence[str] = (
        "mve/mcutk_depthwise_quad_mve.c",
        "mve/mcutk_depthwise_strip_mve.c",
        "mve/mcutk_depthwise_quad_cores_mve.S",
    )

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Windows of two neighbouring pixels within 16 bytes, rows of four pixels or more."""
        seen = oriented(layer, self.by_columns)
        out_column = layer.out_c * (layer.out_w if self.by_columns else 1)
        return (
            fits_strip(seen, self.by_columns)
            and (seen.kernel_w + seen.stride_w) * seen.kernel_h <= BLOCK
            and seen.out_w >= QUAD
            and layer.out_c > 1
            and 3 * out_column + 1 < 1 << 16
            and self.rounding is saturating_rounding(layer)
            and self.step in (0, 2 * seen.stride_w * seen.kernel_h)
        )

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        seen = oriented(layer, self.by_columns)
        quads, rest = divmod(seen.out_w, QUAD)
        quad = _QUAD_COST[self.rounding] + (0 if self.step else 4)
        pair = 34 + quads * quad + (quad + 9 if rest else 0)
        row = 30 + (90 if layer.out_c % 2 else 75) + -(-layer.out_c // 2) * pair
        return 60 + 32 * 5 * seen.kernel_h + strip_cost(seen) + seen.out_h * row

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """The strip, as many rows as the kernel has, and the orders of weights."""
        seen = oriented(layer, self.by_columns)
        return layer.in_c * plane_of(seen) + BLOCK + 2 * BLOCK * seen.kernel_h

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights and scales of pairs of channels; the last one of an odd number with the one before it."""
        seen = oriented(layer, self.by_columns)
        taps = layer.kernel_h * layer.kernel_w
        pairs = paired(layer.out_c)
        rows = np.zeros((len(pairs), taps + 1), np.int8)
        rows[:, :taps] = seen.weights.reshape(taps, layer.out_c).T[pairs]
        layout = "a row per channel: [kernel_h][kernel_w], a zero"
        return ParamsArg(
            "mcutk_depthwise_quad_mve",
            (
                ("shape", depthwise_shape(seen)),
                ("pitch", pitch_of(layer, self.by_columns)),
                ("weights", ConstArray("weights", "int8_t", rows, align=4, layout=layout, coding=Lanes())),
                ("pairs", pair_table(layer)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """An output row is written when the last input row under it has been copied."""
        return strip_slack(layer, self.by_columns)


VARIANTS: tuple[MveDepthwiseQuad, ...] = tuple(
    MveDepthwiseQuad(step, rounding) for step in (*_STEPS, 0) for rounding in (Rounding.RELU, Rounding.LINEAR)
)
#: The same C functions with rows and columns exchanged.
BY_COLUMNS: tuple[MveDepthwiseQuad, ...] = tuple(replace(variant, by_columns=True) for variant in VARIANTS)
add_conv_kernels(VARIANTS)
for _variant in BY_COLUMNS:
    add_kernel(f"{_variant.name} by columns", conv_kernel(_variant))
