"""DEPTHWISE_CONV_2D 3x3 with the DSP extension: two output rows of a channel at a time (firmware/kernels/dsp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.kernels.packing_dsp import GROUP, Channels, Rounding, channel_table, channels
from mcu_toolkit.compiler.site import ConstArray, ConvKind, ConvSite, Isa, PackedConv, Target

#: (ky, kx) of the twelve weight bytes of a channel, low byte first.
_ORDER = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 0), (1, 2), (2, 0), (1, 1), (1, 2), (2, 1), (2, 2))


def pack_depthwise(site: ConvSite, made: Channels) -> ConstArray:
    """Weights and doubled biases as ``mcutk_depthwise_rows_dsp.h`` says: uint32, four words a channel."""
    table = np.zeros((site.out_c, 4), np.int64)
    for place, (ky, kx) in enumerate(_ORDER):
        table[:, place // 4] |= (made.weights[:, ky * 3 + kx] & 0xFF) << (8 * (place % 4))
    table[:, 3] = (2 * made.bias) & 0xFFFFFFFF
    return ConstArray("weights", "uint32_t", table.reshape(-1).astype(np.uint32))


@dataclass(frozen=True)
class DspDepthwise:
    """Four channels of the input rows under two output rows, laid out as pairs, then a channel after another."""

    stride: int
    rounding: Rounding

    isa = Isa.DSP
    header = "dsp/mcutk_depthwise_dsp.h"
    sources: Sequence[str] = (
        "dsp/mcutk_depthwise_dsp.c",
        "dsp/mcutk_depthwise_rows_dsp.S",
        "dsp/mcutk_depthwise_rows_host.c",
    )

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_depthwise_s{self.stride}_dsp_{self.rounding.value}"

    def accepts(self, site: ConvSite, target: Target) -> bool:
        """3x3 with four channels or more, and a clamp that saturation does."""
        if site.kind is not ConvKind.DEPTHWISE or site.depth_multiplier != 1 or site.in_c < GROUP:
            return False
        if (site.kernel_h, site.kernel_w, site.dilation_h, site.dilation_w) != (3, 3, 1, 1):
            return False
        if site.stride_h != self.stride or site.stride_w != self.stride or site.pad_left >= self._columns(site):
            return False
        made = channels(site)
        return made is not None and made.rounding is self.rounding

    def _columns(self, site: ConvSite) -> int:
        return (site.out_w - 1) * self.stride + 3

    def cost(self, site: ConvSite, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        step = (29 if self.stride == 1 else 32) + (4 if self.rounding is Rounding.LINEAR else 0)
        build = 23 if self.stride == 1 else 42
        pairs = -(-site.out_h // 2)
        groups = -(-site.in_c // GROUP)
        strip = 130 + build * min(site.in_w, self._columns(site) - site.pad_left)
        return 80 + pairs * (20 + groups * strip + site.in_c * (38 + step * site.out_w))

    def scratch_bytes(self, site: ConvSite, target: Target) -> int:
        """One strip."""
        return self._columns(site) * 32 * self.stride

    def pack(self, site: ConvSite) -> PackedConv:
        """Weights as pairs down a kernel column."""
        made = channels(site)
        assert made is not None
        return PackedConv(pack_depthwise(site, made), channel_table(site, made))

    def overlap_slack(self, site: ConvSite) -> int | None:
        """A pair of output rows is written while the input rows under it are read."""
        worst = -site.in_h * site.in_w * site.in_c
        for y in range(0, site.out_h, 2):
            first = min(max(0, y * site.stride_h - site.pad_top), site.in_h)
            written = min(y + 2, site.out_h) * site.out_w * site.out_c
            worst = max(worst, written - first * site.in_w * site.in_c)
        return worst


KERNELS = tuple(DspDepthwise(stride, rounding) for stride in (1, 2) for rounding in (Rounding.RELU, Rounding.LINEAR))
