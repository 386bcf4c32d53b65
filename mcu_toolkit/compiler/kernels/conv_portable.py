"""Convolution-like layers in portable C: kernels for any geometry, and blocked ones for common shapes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import ConstArray, ParamsArg, StructValue
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.structs import channel_table, conv_shape, depthwise_shape, fc_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import Reading, raster_slack, ring_slack
from mcu_toolkit.targets.arch import lacks_long_multiply
from mcu_toolkit.targets.isa import PORTABLE, Isa
from mcu_toolkit.targets.target import Target

#: Bound on accumulators of ``mcutk_finish_block``.
_SHORT_BOUND = 1 << 30


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def finish_way(layer: ConvLayer) -> str:
    """The enumerator of ``mcutk_finish_way`` for a layer: the cheapest that is exact (mcutk_finish.h)."""
    short = bool(((layer.shift >= -20) & (layer.shift <= -1)).all())
    if not short or (layer.act_min, layer.act_max) != (-128, 127):
        return "MCUTK_FINISH_ANY"
    return "MCUTK_FINISH_RELU" if layer.act_min == layer.out_zero_point else "MCUTK_FINISH_LINEAR"


def finish_table(layer: ConvLayer, multiple: int = 1) -> ConstArray:
    """``mcutk_channel`` [out_c] with shifts as `finish_way` wants them, filled up to a multiple with rows of zeros."""
    rows = np.array(channel_table(layer).values, np.int32)
    layout = "bias, multiplier, shift"
    if finish_way(layer) != "MCUTK_FINISH_ANY":
        rows[:, 2] = -rows[:, 2] - 1
        layout = "bias, multiplier, right shift - 1"
    return ConstArray("channels", "mcutk_channel", np.pad(rows, ((0, -len(rows) % multiple), (0, 0))), layout=layout)


def interleaved_weights(weights: npt.NDArray[np.int8], channels: int, steps: int) -> ConstArray:
    """Weights [out_c, depth] as [out_c / channels][depth][channels], with zeros up to multiples of both."""
    out_c, depth = weights.shape
    padded = np.pad(weights, ((0, -out_c % channels), (0, -depth % steps)))
    blocks = padded.reshape(-1, channels, padded.shape[1]).transpose(0, 2, 1)
    layout = f"a row per {channels} output channels: [depth][{channels}]"
    lanes = Lanes(tuple(range(channels)) * -(-4 // channels))
    packed = np.ascontiguousarray(blocks).reshape(len(blocks), -1)
    return ConstArray("weights", "int8_t", packed, layout=layout, coding=lanes)


@dataclass(frozen=True)
class ConvGeneric:
    """CONV_2D of any geometry, one tap at a time. No scratch."""

    name: str = "mcutk_conv_generic_s8"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_conv_generic.c",)
    header: str = "portable/mcutk_conv_generic.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return layer.kind is ConvKind.CONV

    def cost(self, layer: ConvLayer, target: Target) -> int:
        return _generic_cost(layer, target, 6 * layer.macs)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        layout = "a row per output channel: [kernel_h][kernel_w][in_c]"
        rows = layer.weights.reshape(layer.out_c, -1)
        weights = ConstArray("weights", "int8_t", rows, layout=layout, coding=Lanes())
        fields = (("shape", conv_shape(layer)), ("weights", weights), ("channels", channel_table(layer)))
        return ParamsArg("mcutk_conv_generic", fields)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.WHILE_WRITING)


@dataclass(frozen=True)
class DepthwiseGeneric:
    """DEPTHWISE_CONV_2D of any geometry and depth multiplier, one tap at a time. No scratch."""

    name: str = "mcutk_depthwise_generic_s8"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_conv_generic.c",)
    header: str = "portable/mcutk_conv_generic.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return layer.kind is ConvKind.DEPTHWISE

    def cost(self, layer: ConvLayer, target: Target) -> int:
        return _generic_cost(layer, target, 0)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        layout = "a row per tap: [out_c]"
        # Neighbours in a row belong to different channels, of any number: one list of values must do for all.
        lanes = Lanes(rows=layer.kernel_h * layer.kernel_w, order=())
        taps = layer.weights.reshape(-1, layer.out_c)
        weights = ConstArray("weights", "int8_t", taps, layout=layout, coding=lanes)
        return ParamsArg(
            "mcutk_depthwise_generic",
            (
                ("shape", conv_shape(layer)),
                ("depth_multiplier", layer.depth_multiplier),
                ("weights", weights),
                ("channels", channel_table(layer)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        reading = Reading.BY_CHANNEL if layer.depth_multiplier == 1 else Reading.WHILE_WRITING
        return raster_slack(layer, layer.in_c, layer.out_c, reading)


@dataclass(frozen=True)
class FcGeneric:
    """FULLY_CONNECTED, one output at a time. No scratch."""

    name: str = "mcutk_fc_generic_s8"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = ("portable/mcutk_fc_generic.c",)
    header: str = "portable/mcutk_fc_generic.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        return layer.kind is ConvKind.FULLY_CONNECTED

    def cost(self, layer: ConvLayer, target: Target) -> int:
        per_output = 105 + 7 * layer.in_c if small_core(target) else 50 + 5 * layer.in_c
        return layer.out_h * layer.out_w * layer.out_c * per_output

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        layout = "a row per output: [in_c]"
        rows = layer.weights.reshape(layer.out_c, layer.in_c)
        weights = ConstArray("weights", "int8_t", rows, layout=layout, coding=Lanes())
        fields = (("shape", fc_shape(layer)), ("weights", weights), ("channels", channel_table(layer)))
        return ParamsArg("mcutk_fc_generic", fields)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.WHILE_WRITING)


def _generic_cost(layer: ConvLayer, target: Target, products: int) -> int:
    """Instructions of a kernel that computes one tap at a time; `products`: those of the loop over input channels."""
    outputs = layer.out_h * layer.out_w * layer.out_c
    cost = 40 * outputs + 22 * outputs * layer.kernel_h * layer.kernel_w + products
    return cost * 5 // 3 if small_core(target) else cost


def small_core(target: Target) -> bool:
    """Whether the core has the 16-bit instructions of Armv6-M: eight low registers, no multiply-accumulate."""
    return lacks_long_multiply(target.core)


def _blocked(ctype: str, layer: ConvLayer, shape: StructValue, weights: ConstArray, multiple: int = 1) -> ParamsArg:
    """The parameter struct of a kernel that finishes with mcutk_finish.h; channels are filled up to `multiple`."""
    rest = (("finish", finish_way(layer)), ("weights", weights), ("channels", finish_table(layer, multiple)))
    return ParamsArg(ctype, (("shape", shape), *rest))


@dataclass(frozen=True)
class Quad:
    """CONV_2D, four pixels and two channels at a time."""

    name: str = "mcutk_conv_quad_s8"
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

    def params(self, layer: ConvLayer) -> ParamsArg:
        weights = interleaved_weights(layer.weights.reshape(layer.out_c, -1), 2, 4)
        return _blocked("mcutk_conv_quad", layer, conv_shape(layer), weights, 2)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 4)


@dataclass(frozen=True)
class DepthwiseRows:
    """DEPTHWISE_CONV_2D over a ring of padded input rows."""

    name: str = "mcutk_depthwise_rows_s8"
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

    def params(self, layer: ConvLayer) -> ParamsArg:
        rows = np.ascontiguousarray(layer.weights.transpose(2, 0, 1)).reshape(layer.in_c, -1)
        weights = ConstArray(
            "weights", "int8_t", rows, layout="a row per channel: [kernel_h][kernel_w]", coding=Lanes()
        )
        return _blocked("mcutk_depthwise_rows", layer, depthwise_shape(layer), weights)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return ring_slack(layer, layer.in_c, layer.out_c)


@dataclass(frozen=True)
class FcEight:
    """FULLY_CONNECTED, eight outputs at a time."""

    name: str = "mcutk_fc_eight_s8"
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

    def params(self, layer: ConvLayer) -> ParamsArg:
        weights = interleaved_weights(layer.weights.reshape(layer.out_c, layer.in_c), 8, 1)
        return _blocked("mcutk_fc_eight", layer, fc_shape(layer), weights, 8)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c)


@dataclass(frozen=True)
class Pairs:
    """CONV_2D with two products per multiplication, for Armv6-M."""

    name: str = "mcutk_conv_pairs_s8"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = (
        "portable/mcutk_conv_pairs.c",
        "portable/mcutk_conv_pairs_armv6m.S",
        "portable/mcutk_finish.c",
    )
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

    def params(self, layer: ConvLayer) -> ParamsArg:
        layout = "a row per output channel: [depth]"
        weights = ConstArray("weights", "int8_t", self._rows(layer), layout=layout, coding=Lanes())
        return _blocked("mcutk_conv_pairs", layer, conv_shape(layer), weights)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 4)

    def _rows(self, layer: ConvLayer) -> npt.NDArray[np.int8]:
        rows = layer.weights.reshape(layer.out_c, -1)
        return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))


@dataclass(frozen=True)
class FcFour:
    """FULLY_CONNECTED, four outputs at a time, for Armv6-M."""

    name: str = "mcutk_fc_four_s8"
    isa: Isa = PORTABLE
    sources: tuple[str, ...] = (
        "portable/mcutk_fc_four.c",
        "portable/mcutk_fc_four_armv6m.S",
        "portable/mcutk_finish.c",
    )
    header: str = "portable/mcutk_fc_four.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        short = layer.accumulator_bound() < _SHORT_BOUND
        return layer.kind is ConvKind.FULLY_CONNECTED and small_core(target) and short

    def cost(self, layer: ConvLayer, target: Target) -> int:
        return layer.out_h * layer.out_w * -(-layer.out_c // 4) * (250 + 15 * layer.in_c)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        return 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        weights = interleaved_weights(layer.weights.reshape(layer.out_c, layer.in_c), 4, 1)
        return _blocked("mcutk_fc_four", layer, fc_shape(layer), weights, 4)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        return raster_slack(layer, layer.in_c, layer.out_c)


BYTE_BY_BYTE = (ConvGeneric(), DepthwiseGeneric())
VARIANTS = (
    *BYTE_BY_BYTE,
    FcGeneric(),
    Quad(),
    Pairs(),
    DepthwiseRows(),
    FcEight(),
    FcFour(),
)
add_conv_kernels(BYTE_BY_BYTE, any_alignment=True)
add_conv_kernels(VARIANTS[len(BYTE_BY_BYTE) :])
