"""DEPTHWISE_CONV_2D with Helium: a rolling, transposed strip of rows (firmware/kernels/mve/mcutk_depthwise_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.kernels.conv_mve import BLOCK, GROUP, Rounding, choose_rounding, pack_channels
from mcu_toolkit.compiler.site import ConstArray, ConvKind, ConvSite, PackedConv
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Products of pixel pitch and kernel height that have a kernel of their own.
_STEPS = (3, 6)
#: The same for windows of more than 16 inputs, which take two passes.
_WIDE_STEPS = (5, 10)
_PIXEL_COST = {Rounding.RELU: 21, Rounding.LINEAR: 23, Rounding.ANY: 27}


@dataclass(frozen=True)
class MveDepthwise:
    """The kernel with one way to round.

    Attributes:
        step: ``stride_w * kernel_h`` where it is built into the loads, 0 where any will do.
        rounding: how it rounds.
        wide: for windows of 17 to 32 inputs.
    """

    step: int
    rounding: Rounding
    wide: bool = False

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_depthwise{self.step or ''}_mve_{'wide_' if self.wide else ''}{self.rounding.value}"

    isa = MVE
    header = "mve/mcutk_depthwise_mve.h"
    sources: Sequence[str] = ("mve/mcutk_depthwise_mve.c",)

    def accepts(self, site: ConvSite, target: Target) -> bool:
        """Windows of at most 32 inputs without dilation, one output channel an input channel."""
        taps = site.kernel_h * site.kernel_w
        return (
            site.kind is ConvKind.DEPTHWISE
            and site.depth_multiplier == 1
            and site.dilation_h == site.dilation_w == 1
            and (BLOCK < taps <= 2 * BLOCK if self.wide else taps <= BLOCK)
            and 0 <= site.pad_top < site.kernel_h
            and 0 <= site.pad_left < site.kernel_w
            and 7 * _plane(site) < 1 << 16
            and self.rounding is choose_rounding(site)
            and self.step in (0, site.stride_w * site.kernel_h)
        )

    def cost(self, site: ConvSite, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        pixel = _PIXEL_COST[self.rounding] + (0 if self.step else 4) + 11 * self.wide
        row = 75 + -(-site.out_c // GROUP) * (32 + 17 * self.wide + site.out_w * pixel)
        rows = (site.out_h - 1) * site.stride_h + site.kernel_h - site.pad_top
        sixteens, rest = divmod(site.in_c, 16)
        enter = 50 + sixteens * (21 + 7 * site.in_w) + -(-rest // 8) * (20 + 6 * site.in_w)
        fill = 3 * site.in_c * _plane(site) // 16
        orders = site.kernel_h * (20 + 10 * site.kernel_h * site.kernel_w)
        return 60 + fill + orders + site.out_h * row + rows * enter

    def scratch_bytes(self, site: ConvSite, target: Target) -> int:
        """The strip: as many rows as the kernel has; the orders of weights; accumulators between passes."""
        strip = -(-site.in_c // GROUP) * GROUP * _plane(site) + BLOCK
        orders = 2 * BLOCK * site.kernel_h
        return strip + orders + (4 * GROUP * site.out_w if self.wide else 0)

    def pack(self, site: ConvSite) -> PackedConv:
        """Weights channel by channel."""
        taps = site.kernel_h * site.kernel_w
        rows = np.zeros((-(-site.out_c // GROUP) * GROUP, taps), np.int8)
        rows[: site.out_c] = site.weights.reshape(taps, site.out_c).T
        return PackedConv(
            ConstArray("weights", "int8_t", rows.reshape(-1), align=4),
            ConstArray("channels", "mcutk_channel", pack_channels(site, self.rounding is Rounding.ANY)),
        )

    def overlap_slack(self, site: ConvSite) -> int | None:
        """An output row is written when the last input row under it has been copied."""
        row = site.in_w * site.in_c
        worst = -site.in_h * row
        for y in range(site.out_h):
            read = y * site.stride_h - site.pad_top + site.kernel_h
            if read < site.in_h:
                worst = max(worst, (y + 1) * site.out_w * site.out_c - max(0, read) * row)
        return worst


def _plane(site: ConvSite) -> int:
    """Bytes of a channel in the strip."""
    return ((site.out_w - 1) * site.stride_w + site.kernel_w) * site.kernel_h


KERNELS: tuple[MveDepthwise, ...] = (
    *(MveDepthwise(step, rounding) for step in _STEPS for rounding in (Rounding.RELU, Rounding.LINEAR)),
    *(MveDepthwise(0, rounding) for rounding in Rounding),
    *(MveDepthwise(step, rounding, wide=True) for step in _WIDE_STEPS for rounding in (Rounding.RELU, Rounding.LINEAR)),
)
