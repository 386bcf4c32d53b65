"""Convolutions in portable C: the generic kernels, which take every site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.compiler.site import ConstArray, ConvKind, ConvSite, Isa, PackedConv, Target


def channel_table(site: ConvSite) -> ConstArray:
    """The plain table of `mcutk_channel`: int32 [out_c, 3] of bias, multiplier, shift."""
    rows = np.stack([site.bias, site.multiplier, site.shift], axis=1).astype(np.int32)
    return ConstArray("channels", "mcutk_channel", rows)


@dataclass(frozen=True)
class Generic:
    """A convolution of any geometry, a tap at a time. No scratch.

    Attributes:
        name: C function.
        depthwise: DEPTHWISE_CONV_2D; otherwise CONV_2D and FULLY_CONNECTED.
    """

    name: str
    depthwise: bool
    isa: Isa = Isa.PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_conv_generic.c",)
    header: str = "portable/mcutk_conv_generic.h"

    def accepts(self, site: ConvSite, target: Target) -> bool:
        return (site.kind is ConvKind.DEPTHWISE) == self.depthwise

    def cost(self, site: ConvSite, target: Target) -> int:
        outputs = site.out_h * site.out_w * site.out_c
        taps = outputs * site.kernel_h * site.kernel_w
        return 40 * outputs + 22 * taps + (0 if self.depthwise else 6 * site.macs)

    def scratch_bytes(self, site: ConvSite, target: Target) -> int:
        return 0

    def pack(self, site: ConvSite) -> PackedConv:
        weights = ConstArray("weights", "int8_t", site.weights.reshape(-1).astype(np.int8))
        return PackedConv(weights, channel_table(site))

    def overlap_slack(self, site: ConvSite) -> int | None:
        by_channel = self.depthwise and site.depth_multiplier == 1
        return raster_slack(site, site.in_c, site.out_c, Reading.BY_CHANNEL if by_channel else Reading.WHILE_WRITING)


KERNELS = (Generic("mcutk_conv_generic", depthwise=False), Generic("mcutk_depthwise_generic", depthwise=True))
