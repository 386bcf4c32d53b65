"""CONV_2D of 3x3 kernels with stride 1 as exact Winograd F(2x2, 3x3) with the DSP extension (firmware/kernels/dsp).

The transformed weights take 3.6 times the bytes of int8 weights. They lie in flash, or are made from int8 weights in
scratch at the start of the layer: all of them, or a batch of channels after another, for each of which the whole image
is walked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, FieldValue, ParamsArg
from mcu_toolkit.compiler.kernels.base import KERNELS
from mcu_toolkit.compiler.kernels.conv import conv_kernel
from mcu_toolkit.compiler.kernels.packing_dsp import GROUP, Channels, Ints, Rounding, channels, weight_table
from mcu_toolkit.compiler.kernels.packing_winograd import (
    BATCHES,
    SUM_BOUND,
    WIDE,
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
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Target

_HEADER = "dsp/mcutk_winograd_dsp.h"
_SOURCES = ("dsp/mcutk_winograd_dsp.c", "dsp/mcutk_winograd_tiles_dsp.S", "portable/mcutk_winograd_walk.c")


def _quads(layer: ConvLayer) -> int:
    return -(-layer.in_c // 4)


def _groups(channel_count: int) -> int:
    return -(-channel_count // GROUP)


def _in_quads(weights: Ints, in_c: int) -> Ints:
    """[..., in_c] as [..., quads, 4]; the last quad is the last four inputs, with zeros for those that come before."""
    whole, rest = divmod(in_c, 4)
    quads = weights[..., : 4 * whole].reshape(*weights.shape[:-1], whole, 4)
    if not rest:
        return quads
    last = weights[..., -4:].copy()
    last[..., : 4 - rest] = 0
    return np.concatenate([quads, last[..., np.newaxis, :]], axis=-2)


def pack_transformed(layer: ConvLayer, made: Channels) -> ConstArray:
    """Biases and transformed weights as ``mcutk_winograd_tiles_dsp.h`` says: a row per group of four channels."""
    bias, weights = grouped(layer, made)
    quads = _in_quads(transformed_weights(weights), layer.in_c) & 0xFFFF  # [16, channels, quads, 4]
    pairs = np.stack([quads[..., 0] | quads[..., 2] << 16, quads[..., 1] | quads[..., 3] << 16], axis=-1)
    steps = pairs.reshape(16, len(bias), GROUP, -1).transpose(1, 0, 3, 2)  # [groups, 16, steps, 4]
    packed = np.concatenate([bias, steps.reshape(len(bias), -1)], axis=1)
    return weight_table(packed, "a row per 4 output channels: 4 * biases [4], weights [16][in_c / 2][4] of two inputs")


def pack_bytes(layer: ConvLayer, made: Channels) -> ConstArray:
    """Biases and int8 weights as ``mcutk_winograd_dsp.h`` says: a row per group of four channels."""
    bias, weights = grouped(layer, made)
    quads = _in_quads(weights.reshape(-1, 9, layer.in_c), layer.in_c) & 0xFF  # [channels, 9, quads, 4]
    words = (quads << np.array([0, 8, 16, 24])).sum(axis=-1).transpose(0, 2, 1)
    packed = np.concatenate([bias, words.reshape(len(bias), -1)], axis=1)
    return weight_table(packed, "a row per 4 output channels: 4 * biases [4], weights [4][in_c / 4][9] of four inputs")


@dataclass(frozen=True)
class DspWinograd:
    """Pairs of tiles by groups of four channels.

    Attributes:
        any_rounding: every clamp and shift; otherwise relu or linear.
        batch: channels whose weights are transformed together in scratch; 0: all are transformed in flash.
    """

    any_rounding: bool
    batch: int = 0

    isa = DSP
    header = _HEADER
    sources: Sequence[str] = _SOURCES

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_winograd_{'ram_' if self.batch else ''}dsp_{'any' if self.any_rounding else 'linear'}"

    @property
    def variant(self) -> str:
        """Name in the registry."""
        return f"{self.name}_{self.batch}" if self.batch else self.name

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """3x3 with stride 1, four inputs or more, sums that leave two bits free."""
        if not is_winograd(layer) or layer.in_c < 4:
            return False
        made = channels(layer)
        if made is None or (made.rounding is Rounding.ANY) is not self.any_rounding:
            return False
        return fits_batch(layer, self.batch) and int(made.bound.max(initial=0)) < SUM_BOUND

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        quads, groups = _quads(layer), _groups(layer.out_c)
        steps, walks = 2 * quads, -(-layer.out_c // batch_of(layer, self.batch))
        group = 16 * (5 + 3 * -(-steps // 8) + 11 * steps) + 110 + (2020 if self.any_rounding else 375)
        columns = 4 * (32 + 27 * quads) + 59 * steps + 110
        if layer.in_c % 4:
            columns += 4 * 8
        pair = walks * columns + groups * group
        if layer.out_w % WIDE or layer.out_c % GROUP:
            pair += 30 * layer.out_c if layer.out_c % GROUP else 30 * layer.out_c * 4 // max(layer.out_w, 4)
        transform = groups * GROUP * quads * 230 if self.batch else 0
        return 200 + transform + pairs_of_tiles(layer) * pair

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """V, columns, a pixel of padding, outputs of pairs that are not whole, weights of a batch."""
        steps, batch = 2 * _quads(layer), batch_of(layer, self.batch)
        weights = _groups(batch) * (16 + 256 * steps) if self.batch else 0
        return 224 * steps + 4 * _quads(layer) + part_bytes(layer, batch) + weights

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_winograd_dsp`` and the like."""
        made = channels(layer)
        assert made is not None
        name = f"mcutk_winograd_{'ram_' if self.batch else ''}{'any_' if self.any_rounding else ''}dsp"
        fields: tuple[tuple[str, FieldValue], ...] = (
            ("shape", conv_shape(layer)),
            ("weights", (pack_bytes if self.batch else pack_transformed)(layer, made)),
            ("scales", winograd_scales(made, self.any_rounding)),
        )
        return ParamsArg(name, (*fields, ("batch", batch_of(layer, self.batch))) if self.batch else fields)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """The image is read again for each batch."""
        return winograd_slack(layer) if batch_of(layer, self.batch) >= layer.out_c else None


VARIANTS = tuple(DspWinograd(any_rounding, batch) for any_rounding in (False, True) for batch in (0, *BATCHES))
for _variant in VARIANTS:
    KERNELS.add(_variant.variant, conv_kernel(_variant, spends=True))
