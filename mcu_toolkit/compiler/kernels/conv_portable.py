"""Convolutions in portable C: the generic kernels, which take every layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.layer import ConstArray, ConvKind, ConvLayer, PackedConv
from mcu_toolkit.compiler.raster import Reading, raster_slack, ring_slack
from mcu_toolkit.targets.isa import PORTABLE, Isa
from mcu_toolkit.targets.target import Target

#: ``mcutk_finish_way``.
_FINISH_ANY, _FINISH_LINEAR, _FINISH_RELU = range(3)
#: Accumulators that ``mcutk_finish_block`` takes.
_SHORT_BOUND = 1 << 30


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def channel_table(layer: ConvLayer) -> ConstArray:
    """The plain table of `mcutk_channel`: int32 [out_c, 3] of bias, multiplier, shift."""
    return ConstArray("channels", "mcutk_channel", _channel_rows(layer))


def finish_table(layer: ConvLayer, multiple: int = 1) -> ConstArray:
    """The table of mcutk_finish.h: a row with the way, the channels, and rows of zeros up to a multiple."""
    rows = _channel_rows(layer)
    short = bool(((layer.shift >= -20) & (layer.shift <= -1)).all()) and (layer.act_min, layer.act_max) == (-128, 127)
    way = _FINISH_ANY if not short else _FINISH_RELU if layer.act_min == layer.out_zero_point else _FINISH_LINEAR
    if short:
        rows[:, 2] = -rows[:, 2] - 1
    padded = np.pad(rows, ((1, -len(rows) % multiple), (0, 0)))
    padded[0, 2] = way
    return ConstArray("channels", "mcutk_channel", padded)


def _channel_rows(layer: ConvLayer) -> npt.NDArray[np.int32]:
    return np.stack([layer.bias, layer.multiplier, layer.shift], axis=1).astype(np.int32)


def interleaved_weights(weights: npt.NDArray[np.int8], channels: int, steps: int) -> ConstArray:
    """Weights [out_c, depth] as [out_c / channels][depth][channels], with zeros up to multiples of both."""
    out_c, depth = weights.shape
    padded = np.pad(weights, ((0, -out_c % channels), (0, -depth % steps)))
    blocks = padded.reshape(-1, channels, padded.shape[1]).transpose(0, 2, 1)
    return ConstArray("weights", "int8_t", np.ascontiguousarray(blocks).reshape(-1))


@dataclass(frozen=True)
class Generic:
    """A convolution of any geometry, a tap at a time. No scratch.

    Attributes:
        name: C function.
        depthwise: DEPTHWISE_CONV_2D; otherwise CONV_2D and FULLY_CONNECTED.
    """

    name: str
    depthwise: bool
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_conv_generic.c",)
    header: str = "portable/mcutk_conv_generic.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return (layer.kind is ConvKind.DEPTHWISE) == self.depthwise

    def cost(self, layer: ConvLayer, target: Target) -> int:
        outputs = layer.out_h * layer.out_w * layer.out_c
        taps = outputs * layer.kernel_h * layer.kernel_w
        cost = 40 * outputs + 22 * taps + (0 if self.depthwise else 6 * layer.macs)
        return cost * 5 // 3 if small_core(target) else cost

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def pack(self, layer: ConvLayer) -> PackedConv:
        weights = ConstArray("weights", "int8_t", layer.weights.reshape(-1).astype(np.int8))
        return PackedConv(weights, channel_table(layer))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        by_channel = self.depthwise and layer.depth_multiplier == 1
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BY_CHANNEL if by_channel else Reading.WHILE_WRITING)


def small_core(target: Target) -> bool:
    """Whether the core has a 16-bit instruction set without multiply-accumulate, and few registers: Armv6-M."""
    return target.core in ("cortex-m0", "cortex-m0plus", "cortex-m1", "cortex-m23")


@dataclass(frozen=True)
class Quad:
    """CONV_2D, four pixels and two channels at a time."""

    name: str = "mcutk_conv_quad"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_conv_quad.c", "portable/mcutk_columns.c", "portable/mcutk_finish.c")
    header: str = "portable/mcutk_conv_quad.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return layer.kind is ConvKind.CONV and layer.accumulator_bound() < _SHORT_BOUND

    def cost(self, layer: ConvLayer, target: Target) -> int:
        depth = _round_up(layer.kernel_h * layer.kernel_w * layer.in_c, 4)
        pixels = _round_up(layer.out_h * layer.out_w, 4)
        pairs = pixels // 4 * -(-layer.out_c // 2)
        gather = pixels * (30 + layer.kernel_h * 20 + depth * 5 // 2)
        per_step = 50 if small_core(target) else 15
        return gather + pairs * (180 + depth * per_step)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 4 * _round_up(layer.kernel_h * layer.kernel_w * layer.in_c, 4)

    def pack(self, layer: ConvLayer) -> PackedConv:
        depth = layer.kernel_h * layer.kernel_w * layer.in_c
        return PackedConv(interleaved_weights(layer.weights.reshape(layer.out_c, depth), 2, 4), finish_table(layer, 2))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 4)


@dataclass(frozen=True)
class DepthwiseRows:
    """DEPTHWISE_CONV_2D over a ring of padded input rows."""

    name: str = "mcutk_depthwise_rows"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_depthwise_rows.c", "portable/mcutk_copy.c", "portable/mcutk_finish.c")
    header: str = "portable/mcutk_depthwise_rows.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return (
            layer.kind is ConvKind.DEPTHWISE
            and layer.depth_multiplier == 1
            and layer.dilation_h == layer.dilation_w == 1
            and layer.kernel_h <= 16
            and layer.accumulator_bound() < _SHORT_BOUND
        )

    def cost(self, layer: ConvLayer, target: Target) -> int:
        small = small_core(target)
        taps = layer.kernel_h * layer.kernel_w
        unrolled = layer.kernel_h == layer.kernel_w == 3 and layer.stride_w <= 2
        single = layer.out_w % 4 if unrolled else layer.out_w
        by_one = (68 if small else 45) + (13 if small else 6) * taps
        by_four = (6 if small else 2) * taps + (52 if small else 18)
        copy = self.scratch_bytes(layer, target) // layer.kernel_h * layer.in_h
        return copy + layer.out_h * layer.out_c * (single * by_one + (layer.out_w - single) * by_four)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return layer.kernel_h * ((layer.out_w - 1) * layer.stride_w + layer.kernel_w) * layer.in_c

    def pack(self, layer: ConvLayer) -> PackedConv:
        weights = np.ascontiguousarray(layer.weights.transpose(2, 0, 1)).reshape(-1)
        return PackedConv(ConstArray("weights", "int8_t", weights), finish_table(layer))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return ring_slack(layer, layer.in_c, layer.out_c)


@dataclass(frozen=True)
class FcEight:
    """FULLY_CONNECTED, eight outputs at a time."""

    name: str = "mcutk_fc_eight"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_fc_eight.c", "portable/mcutk_finish.c")
    header: str = "portable/mcutk_fc_eight.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return layer.kind is ConvKind.FULLY_CONNECTED and layer.accumulator_bound() < _SHORT_BOUND

    def cost(self, layer: ConvLayer, target: Target) -> int:
        blocks = -(-layer.out_c // 8)
        per_block = 500 + 42 * layer.in_c if small_core(target) else 200 + 18 * layer.in_c
        return layer.out_h * layer.out_w * blocks * per_block

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def pack(self, layer: ConvLayer) -> PackedConv:
        return PackedConv(
            interleaved_weights(layer.weights.reshape(layer.out_c, layer.in_c), 8, 1), finish_table(layer, 8)
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c)


@dataclass(frozen=True)
class Pairs:
    """CONV_2D with two products a multiplication, for Armv6-M."""

    name: str = "mcutk_conv_pairs"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_conv_pairs.c", "portable/mcutk_finish.c")
    header: str = "portable/mcutk_conv_pairs.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        if layer.kind is not ConvKind.CONV or not small_core(target) or layer.accumulator_bound() >= _SHORT_BOUND:
            return False
        weights = np.abs(self._rows(layer).astype(np.int32)).reshape(layer.out_c, -1, 2)
        return int(weights.sum(axis=2).max(initial=0)) <= 255

    def cost(self, layer: ConvLayer, target: Target) -> int:
        depth = _round_up(layer.kernel_h * layer.kernel_w * layer.in_c, 4)
        pixels = _round_up(layer.out_h * layer.out_w, 4)
        gather = pixels * (40 + layer.kernel_h * 30 + depth * 7)
        return gather + pixels // 4 * layer.out_c * (230 + depth * 11)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 8 * _round_up(layer.kernel_h * layer.kernel_w * layer.in_c, 4)

    def pack(self, layer: ConvLayer) -> PackedConv:
        return PackedConv(ConstArray("weights", "int8_t", self._rows(layer).reshape(-1)), finish_table(layer))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 4)

    def _rows(self, layer: ConvLayer) -> npt.NDArray[np.int8]:
        rows = layer.weights.reshape(layer.out_c, -1)
        return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))


@dataclass(frozen=True)
class FcFour:
    """FULLY_CONNECTED, four outputs at a time, for Armv6-M."""

    name: str = "mcutk_fc_four"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_fc_four.c", "portable/mcutk_finish.c")
    header: str = "portable/mcutk_fc_four.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        short = layer.accumulator_bound() < _SHORT_BOUND
        return layer.kind is ConvKind.FULLY_CONNECTED and small_core(target) and short

    def cost(self, layer: ConvLayer, target: Target) -> int:
        return layer.out_h * layer.out_w * -(-layer.out_c // 4) * (250 + 15 * layer.in_c)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def pack(self, layer: ConvLayer) -> PackedConv:
        weights = interleaved_weights(layer.weights.reshape(layer.out_c, layer.in_c), 4, 1)
        return PackedConv(weights, finish_table(layer, 4))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c)


KERNELS = (
    Generic("mcutk_conv_generic", depthwise=False),
    Generic("mcutk_depthwise_generic", depthwise=True),
    Quad(),
    Pairs(),
    DepthwiseRows(),
    FcEight(),
    FcFour(),
)
