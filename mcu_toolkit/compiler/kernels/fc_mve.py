"""FULLY_CONNECTED with Helium: four channels at a time (firmware/kernels/mve/mcutk_fc_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.kernels.conv_mve import GROUP, Rounding, choose_rounding, pack_channels, pack_weights
from mcu_toolkit.compiler.site import ConstArray, ConvKind, ConvSite, PackedConv
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

_GROUP_COST = {Rounding.RELU: 19, Rounding.LINEAR: 21, Rounding.ANY: 24}


@dataclass(frozen=True)
class MveFullyConnected:
    """The kernel with one way to round.

    Attributes:
        rounding: how it rounds.
        shared: for layers whose channels all have one multiplier and shift, which are most.
    """

    rounding: Rounding
    shared: bool = False

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_fc_mve_{self.rounding.value}{'_shared' if self.shared else ''}"

    isa = MVE
    header = "mve/mcutk_fc_mve.h"
    sources: Sequence[str] = ("mve/mcutk_fc_mve.c",)

    def accepts(self, site: ConvSite, target: Target) -> bool:
        """Every FULLY_CONNECTED, by the cheapest rounding that is exact."""
        uniform = bool(np.all(site.multiplier == site.multiplier[0]) and np.all(site.shift == site.shift[0]))
        return (
            site.kind is ConvKind.FULLY_CONNECTED
            and self.rounding is choose_rounding(site)
            and self.shared is (uniform and self.rounding is not Rounding.ANY)
        )

    def cost(self, site: ConvSite, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        blocks, tail = divmod(site.in_c, 16)
        group = _GROUP_COST[self.rounding] - 2 * self.shared + 10 * blocks + (11 if tail else 0)
        return 40 + site.out_h * site.out_w * (25 + -(-site.out_c // GROUP) * group)

    def scratch_bytes(self, site: ConvSite, target: Target) -> int:
        """None."""
        return 0

    def pack(self, site: ConvSite) -> PackedConv:
        """Weights in groups of four channels."""
        weights = pack_weights(site.weights.reshape(site.out_c, site.in_c))
        if self.shared:
            biases = np.zeros(-(-site.out_c // GROUP) * GROUP, np.int32)
            biases[: site.out_c] = site.bias
            table = np.concatenate([site.multiplier[:1], site.shift[:1], biases]).astype(np.int32)
            channels = ConstArray("channels", "int32_t", table)
        else:
            channels = ConstArray("channels", "mcutk_channel", pack_channels(site, self.rounding is Rounding.ANY))
        return PackedConv(ConstArray("weights", "int8_t", weights, align=16), channels)

    def overlap_slack(self, site: ConvSite) -> int | None:
        """A batch's inputs are needed until its last four channels are computed."""
        batches = site.out_h * site.out_w
        return max(n * (site.out_c - site.in_c) for n in (1, batches)) + site.in_c


KERNELS: tuple[MveFullyConnected, ...] = (
    *(MveFullyConnected(rounding) for rounding in Rounding),
    *(MveFullyConnected(rounding, shared=True) for rounding in (Rounding.RELU, Rounding.LINEAR)),
)
