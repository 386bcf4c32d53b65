"""DEPTHWISE_CONV_2D with Helium: a rolling, transposed strip of rows (firmware/kernels/mve/mcutk_depthwise_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg, StructValue
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels, add_kernel, conv_kernel
from mcu_toolkit.compiler.kernels.conv_mve import BLOCK, GROUP, Rounding, channel_groups, saturating_rounding
from mcu_toolkit.compiler.kernels.structs import depthwise_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Products of pixel pitch and kernel height that have a kernel of their own.
_STEPS = (3, 6)
#: The same for windows of more than 16 inputs, which take two passes.
_WIDE_STEPS = (5, 10)
_PIXEL_COST = {Rounding.RELU: 18, Rounding.LINEAR: 20, Rounding.ANY: 27}


@dataclass(frozen=True)
class MveDepthwise:
    """The kernel with one way to round.

    Attributes:
        step: ``stride_w * kernel_h`` where it is built into the loads, 0 for kernels that take any.
        rounding: how it rounds.
        wide: for windows of 17 to 32 inputs.
        by_columns: rows and columns of the image exchanged.
    """

    step: int
    rounding: Rounding
    wide: bool = False
    by_columns: bool = False

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_depthwise{self.step or ''}_mve_{'wide_' if self.wide else ''}{self.rounding.value}"

    isa = MVE
    header = "mve/mcutk_depthwise_mve.h"
    sources: Sequence[str] = (
        "mve/mcutk_depthwise_mve.c",
        "mve/mcutk_depthwise_strip_mve.c",
        "mve/mcutk_depthwise_cores_mve.S",
    )

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Windows of at most 32 inputs without dilation, one output channel per input channel."""
        seen = oriented(layer, self.by_columns)
        taps = layer.kernel_h * layer.kernel_w
        return (
            fits_strip(seen, self.by_columns)
            and (BLOCK < taps <= 2 * BLOCK if self.wide else taps <= BLOCK)
            and self.rounding is self._rounding(layer)
            and self.step in (0, seen.stride_w * seen.kernel_h)
        )

    def _rounding(self, layer: ConvLayer) -> Rounding:
        return saturating_rounding(layer) if layer.out_c >= GROUP else Rounding.ANY

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        seen = oriented(layer, self.by_columns)
        pixel = _PIXEL_COST[self.rounding] + (0 if self.step else 4) + 11 * self.wide
        tail = 35 if layer.out_c % GROUP and self.rounding is not Rounding.ANY else 0
        row = 60 + tail + -(-layer.out_c // GROUP) * (30 + 17 * self.wide + seen.out_w * pixel)
        return 60 + strip_cost(seen) + seen.out_h * row

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """The strip: as many rows as the kernel has; the orders of weights; accumulators between passes."""
        seen = oriented(layer, self.by_columns)
        strip = -(-layer.in_c // GROUP) * GROUP * plane_of(seen) + BLOCK
        orders = 2 * BLOCK * seen.kernel_h
        return strip + orders + (4 * GROUP * seen.out_w if self.wide else 0)

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights channel by channel, in groups of four channels."""
        seen = oriented(layer, self.by_columns)
        taps = layer.kernel_h * layer.kernel_w
        any_shift = self.rounding is Rounding.ANY
        grouped = seen if any_shift else in_groups(seen)
        rows = np.zeros((-(-layer.out_c // GROUP) * GROUP, taps), np.int8)
        rows[: grouped.out_c] = grouped.weights.reshape(taps, grouped.out_c).T
        layout = "a row per channel: [kernel_h][kernel_w]"
        return ParamsArg(
            "mcutk_depthwise_mve_any_shift" if any_shift else "mcutk_depthwise_mve",
            (
                ("shape", depthwise_shape(seen)),
                ("pitch", pitch_of(layer, self.by_columns)),
                ("weights", ConstArray("weights", "int8_t", rows, align=4, layout=layout, coding=Lanes())),
                ("channels", channel_groups(grouped, any_shift)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """An output row is written when the last input row under it has been copied."""
        return strip_slack(layer, self.by_columns)


def in_groups(layer: ConvLayer) -> ConvLayer:
    """The layer with its channels in groups of four, of which the last has the last four channels."""
    whole = layer.out_c // GROUP * GROUP
    last = range(layer.out_c - GROUP, layer.out_c) if whole < layer.out_c else range(0)
    order = [*range(whole), *last]
    return replace(
        layer,
        out_c=len(order),
        weights=layer.weights[..., order],
        bias=layer.bias[order],
        multiplier=layer.multiplier[order],
        shift=layer.shift[order],
    )


def oriented(layer: ConvLayer, by_columns: bool) -> ConvLayer:
    """The layer as a kernel sees it: with `by_columns`, rows and columns exchanged."""
    if not by_columns:
        return layer
    return replace(
        layer,
        in_h=layer.in_w,
        in_w=layer.in_h,
        out_h=layer.out_w,
        out_w=layer.out_h,
        kernel_h=layer.kernel_w,
        kernel_w=layer.kernel_h,
        stride_h=layer.stride_w,
        stride_w=layer.stride_h,
        dilation_h=layer.dilation_w,
        dilation_w=layer.dilation_h,
        pad_top=layer.pad_left,
        pad_left=layer.pad_top,
        weights=layer.weights.transpose(1, 0, 2) if layer.kind is ConvKind.DEPTHWISE else layer.weights,
    )


def fits_strip(seen: ConvLayer, by_columns: bool) -> bool:
    """Whether a strip serves a layer; rows and columns are exchanged only where that makes rows longer."""
    return (
        seen.kind is ConvKind.DEPTHWISE
        and seen.depth_multiplier == 1
        and seen.dilation_h == seen.dilation_w == 1
        and 0 <= seen.pad_top < seen.kernel_h
        and 0 <= seen.pad_left < seen.kernel_w
        and 7 * plane_of(seen) < 1 << 16
        and (not by_columns or seen.out_w > seen.out_h)
    )


def plane_of(seen: ConvLayer) -> int:
    """Bytes of a channel in the strip."""
    return ((seen.out_w - 1) * seen.stride_w + seen.kernel_w) * seen.kernel_h


def strip_cost(seen: ConvLayer) -> int:
    """Instructions to fill the strip, to copy the image into it and to prepare the orders."""
    rows = (seen.out_h - 1) * seen.stride_h + seen.kernel_h - seen.pad_top
    sixteens, rest = divmod(seen.in_c, 16)
    enter = 70 + sixteens * (12 + 7 * seen.in_w) + -(-rest // 8) * (13 + 6 * seen.in_w)
    fill = 3 * seen.in_c * plane_of(seen) // 16
    return fill + seen.kernel_h * (20 + 10 * seen.kernel_h * seen.kernel_w) + 20 * seen.out_h + rows * enter


def pitch_of(layer: ConvLayer, by_columns: bool) -> StructValue:
    """``mcutk_depthwise_pitch``."""
    in_row, out_row = layer.in_w * layer.in_c, layer.out_w * layer.out_c
    steps = (in_row, layer.in_c, out_row, layer.out_c)
    if by_columns:
        steps = (layer.in_c, in_row, layer.out_c, out_row)
    return StructValue(tuple(zip(("in_row", "in_column", "out_row", "out_column"), steps, strict=True)))


def strip_slack(layer: ConvLayer, by_columns: bool) -> int:
    """Overlap slack: an output row (a column with `by_columns`) is written once the input rows under it are copied."""
    seen = oriented(layer, by_columns)
    in_row, out_row = layer.in_c * (1 if by_columns else layer.in_w), layer.out_c * (1 if by_columns else layer.out_w)
    written = (layer.out_h - 1) * layer.out_w * layer.out_c if by_columns else 0
    worst = -layer.in_h * layer.in_w * layer.in_c
    for y in range(seen.out_h):
        read = y * seen.stride_h - seen.pad_top + seen.kernel_h
        if read < seen.in_h:
            worst = max(worst, written + (y + 1) * out_row - max(0, read) * in_row)
    return worst


VARIANTS: tuple[MveDepthwise, ...] = (
    *(MveDepthwise(step, rounding) for step in _STEPS for rounding in (Rounding.RELU, Rounding.LINEAR)),
    *(MveDepthwise(0, rounding) for rounding in Rounding),
    *(MveDepthwise(step, rounding, wide=True) for step in _WIDE_STEPS for rounding in (Rounding.RELU, Rounding.LINEAR)),
)
#: The same C functions with rows and columns exchanged.
BY_COLUMNS: tuple[MveDepthwise, ...] = tuple(replace(variant, by_columns=True) for variant in VARIANTS)
add_conv_kernels(VARIANTS)
for _variant in BY_COLUMNS:
    add_kernel(f"{_variant.name} by columns", conv_kernel(_variant))
