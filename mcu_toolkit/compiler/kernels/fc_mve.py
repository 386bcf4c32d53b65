"""FULLY_CONNECTED with Helium: four channels at a time (firmware/kernels/mve/mcutk_fc_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.conv_mve import GROUP, Rounding, channel_groups, choose_rounding, pack_weights
from mcu_toolkit.compiler.kernels.structs import fc_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

_GROUP_COST = {Rounding.RELU: 22, Rounding.LINEAR: 24, Rounding.ANY: 27}


@dataclass(frozen=True)
class MveFullyConnected:
    """The kernel with one way to round.

    Attributes:
        rounding: how it rounds.
        shared: for layers with one multiplier and shift for all channels, as most have.
    """

    rounding: Rounding
    shared: bool = False

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_fc_mve_{self.rounding.value}{'_shared' if self.shared else ''}"

    isa = MVE
    header = "mve/mcutk_fc_mve.h"
    sources: Sequence[str] = ("mve/mcutk_fc_mve.c", "mve/mcutk_fc_cores_mve.S")

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Every FULLY_CONNECTED, by the cheapest rounding that is exact."""
        uniform = bool(np.all(layer.multiplier == layer.multiplier[0]) and np.all(layer.shift == layer.shift[0]))
        return (
            layer.kind is ConvKind.FULLY_CONNECTED
            and self.rounding is choose_rounding(layer)
            and self.shared is (uniform and self.rounding is not Rounding.ANY)
        )

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        blocks, tail = divmod(layer.in_c, 16)
        group = _GROUP_COST[self.rounding] - 2 * self.shared + blocks // 4 * 37 + blocks % 4 * 10 + (11 if tail else 0)
        return 40 + layer.out_h * layer.out_w * (25 + -(-layer.out_c // GROUP) * group)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """None."""
        return 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights in groups of four channels."""
        shape, weights = fc_shape(layer), pack_weights(layer.weights.reshape(layer.out_c, layer.in_c))
        if self.shared:
            filled = np.zeros(-(-layer.out_c // GROUP) * GROUP, np.int32)
            filled[: layer.out_c] = layer.bias
            return ParamsArg(
                "mcutk_fc_mve_shared",
                (
                    ("shape", shape),
                    ("multiplier", int(layer.multiplier[0])),
                    ("shift", int(layer.shift[0])),
                    ("weights", weights),
                    ("biases", ConstArray("biases", "int32_t", filled)),
                ),
            )
        any_shift = self.rounding is Rounding.ANY
        channels = channel_groups(layer, any_shift)
        fields = (("shape", shape), ("weights", weights), ("channels", channels))
        return ParamsArg("mcutk_fc_mve_any_shift" if any_shift else "mcutk_fc_mve", fields)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """A batch's inputs are needed until its last four channels are computed."""
        batches = layer.out_h * layer.out_w
        return max(n * (layer.out_c - layer.in_c) for n in (1, batches)) + layer.in_c


VARIANTS: tuple[MveFullyConnected, ...] = (
    *(MveFullyConnected(rounding) for rounding in Rounding),
    *(MveFullyConnected(rounding, shared=True) for rounding in (Rounding.RELU, Rounding.LINEAR)),
)
add_conv_kernels(VARIANTS)
