"""CONV_2D of 3x3 kernels with stride 1 as exact Winograd F(2x2, 3x3), for every core (firmware/kernels/portable).

As `winograd_dsp`, with one input in a word where that has two. Armv7-M has inner blocks in assembly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, FieldValue, ParamsArg
from mcu_toolkit.compiler.kernels.base import KERNELS
from mcu_toolkit.compiler.kernels.conv import conv_kernel
from mcu_toolkit.compiler.kernels.conv_portable import small_core
from mcu_toolkit.compiler.kernels.packing_dsp import GROUP, Channels, Rounding, channels, weight_table
from mcu_toolkit.compiler.kernels.packing_winograd import (
    BATCHES,
    SUM_BOUND,
    batch_of,
    fits_batch,
    grouped,
    is_winograd,
    pairs_of_tiles,
    part_bytes,
    transformed_weights,
    winograd_scales,
    winograd_slack,
)
from mcu_toolkit.compiler.kernels.structs import conv_shape
from mcu_toolkit.compiler.layer import ConvLayer
from mcu_toolkit.targets.isa import PORTABLE
from mcu_toolkit.targets.target import Target


def pack_transformed(layer: ConvLayer, made: Channels) -> ConstArray:
    """Biases and transformed weights as ``mcutk_winograd_tiles.h`` says: a row per group of four channels."""
    bias, weights = grouped(layer, made)
    whole = transformed_weights(weights).reshape(16, len(bias), 2, 2, layer.in_c) & 0xFFFF
    words = (whole[:, :, :, 0] | whole[:, :, :, 1] << 16).transpose(1, 0, 3, 2)  # [groups, 16, in_c, 2]
    packed = np.concatenate([bias, words.reshape(len(bias), -1)], axis=1)
    return weight_table(packed, "a row per 4 output channels: 4 * biases [4], weights [16][in_c][2] of two channels")


def pack_bytes(layer: ConvLayer, made: Channels) -> tuple[ConstArray, ConstArray]:
    """Weights and biases as ``mcutk_winograd.h`` says."""
    rows = made.weights.reshape(layer.out_c, 9, layer.in_c).transpose(0, 2, 1).reshape(layer.out_c, -1)
    weights = ConstArray("weights", "int8_t", rows.astype(np.int8), layout="a row per output channel: [in_c][9]")
    return weights, ConstArray("biases", "int32_t", (4 * made.bias).astype(np.int32), layout="4 * bias")


@dataclass(frozen=True)
class Winograd:
    """Pairs of tiles by groups of four channels.

    Attributes:
        any_rounding: every clamp and shift; otherwise relu or linear.
        batch: channels whose weights are transformed together in scratch; 0: all are transformed in flash.
    """

    any_rounding: bool
    batch: int = 0

    isa = PORTABLE
    header = "portable/mcutk_winograd.h"
    sources: Sequence[str] = (
        "portable/mcutk_winograd.c",
        "portable/mcutk_winograd_tiles.c",
        "portable/mcutk_winograd_armv7m.S",
        "portable/mcutk_winograd_walk.c",
    )

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_winograd_{'ram_' if self.batch else ''}s8_{'any' if self.any_rounding else 'linear'}"

    @property
    def variant(self) -> str:
        """Name in the registry."""
        return f"{self.name}_{self.batch}" if self.batch else self.name

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """3x3 with stride 1, sums that leave two bits free."""
        if not is_winograd(layer):
            return False
        made = channels(layer)
        if made is None or (made.rounding is Rounding.ANY) is not self.any_rounding:
            return False
        return fits_batch(layer, self.batch) and int(made.bound.max(initial=0)) < SUM_BOUND

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        steps, groups = layer.in_c, -(-layer.out_c // GROUP)
        walks = -(-layer.out_c // batch_of(layer, self.batch))
        if small_core(target):
            group = 16 * (120 + 45 * steps) + 2600
            columns = steps * 4 * 30 + 170 * steps + 400
            transform = groups * GROUP * steps * 180
        else:
            group = 16 * (5 + 3 * -(-steps // 8) + 13 * steps) + 110 + (2020 if self.any_rounding else 410)
            columns = 4 * (32 + 14 * steps) + 59 * steps + 110
            transform = groups * GROUP * steps * 70
        pair = walks * columns + groups * group + (30 * layer.out_c if part_bytes(layer, 4) else 0)
        return 200 + (transform if self.batch else 0) + pairs_of_tiles(layer) * pair

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """V, columns, a pixel of padding, outputs of pairs that are not whole, weights of a batch."""
        batch = batch_of(layer, self.batch)
        weights = -(-batch // GROUP) * (16 + 128 * layer.in_c) if self.batch else 0
        return 224 * layer.in_c + -(-layer.in_c // 4) * 4 + part_bytes(layer, batch) + weights

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_winograd`` and the like."""
        made = channels(layer)
        assert made is not None
        name = f"mcutk_winograd{'_ram' if self.batch else ''}{'_any' if self.any_rounding else ''}"
        scales = ("scales", winograd_scales(made, self.any_rounding))
        fields: tuple[tuple[str, FieldValue], ...] = (("shape", conv_shape(layer)),)
        if not self.batch:
            return ParamsArg(name, (*fields, ("weights", pack_transformed(layer, made)), scales))
        weights, biases = pack_bytes(layer, made)
        batch = ("batch", batch_of(layer, self.batch))
        return ParamsArg(name, (*fields, ("weights", weights), ("biases", biases), scales, batch))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """The image is read again for each batch."""
        return winograd_slack(layer) if batch_of(layer, self.batch) >= layer.out_c else None


VARIANTS = tuple(Winograd(any_rounding, batch) for any_rounding in (False, True) for batch in (0, *BATCHES))
for _variant in VARIANTS:
    KERNELS.add(_variant.variant, conv_kernel(_variant, spends=True))
