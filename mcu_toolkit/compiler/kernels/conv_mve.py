"""CONV_2D with Helium: four ways to gather inputs, five cores (firmware/kernels/mve/mcutk_conv_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.structs import conv_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Output channels that a core computes together.
GROUP = 4
#: Inputs that one VMLADAVA takes.
BLOCK = 16
#: Instructions to call a core for a row, and for a pair of pixels around the groups.
_CALL, _PAIR = 75, 13


class Rounding(str, Enum):
    """How a kernel rounds; mcutk_mve_core.h has the conditions."""

    RELU = "relu"
    LINEAR = "linear"
    ANY = "any"


class Core(str, Enum):
    """Rounding of a dot-product core; ``even``: the number of channels is a multiple of four."""

    RELU_EVEN = "relu_even"
    RELU = "relu"
    LINEAR_EVEN = "linear_even"
    LINEAR = "linear"
    ANY = "any"


class Gather(str, Enum):
    """How the inputs of a pixel are brought together in memory: the first part of the C function's name."""

    POINTWISE = "pointwise"  # they are adjacent in the input
    STRIP = "conv"  # the rows under an output row, column by column
    ROWS = "im2col"  # every window of an output row
    WINDOW = "window"  # two windows at a time


#: Instructions for a group of four channels and two pixels around the dot products: counted in the assembly.
_GROUP_COST = {Core.RELU_EVEN: 22, Core.LINEAR_EVEN: 26, Core.RELU: 26, Core.LINEAR: 30, Core.ANY: 38}
#: Blocks in the loop of a core.
_UNROLLED = 4


def depth_of(layer: ConvLayer) -> int:
    """Inputs of one output."""
    return layer.kernel_h * layer.kernel_w * layer.in_c


def choose_rounding(layer: ConvLayer) -> Rounding:
    """The cheapest rounding that is exact for a layer."""
    largest = int(layer.shift.max(initial=-1))
    if layer.act_min >= layer.out_zero_point and largest <= 0:
        return Rounding.RELU
    return Rounding.LINEAR if largest < 0 else Rounding.ANY


def saturating_rounding(layer: ConvLayer) -> Rounding:
    """The cheapest rounding that is exact for a layer whose kernel clamps by saturation to int8."""
    whole = (layer.act_min, layer.act_max) == (-128, 127)
    return choose_rounding(layer) if whole and layer.accumulator_bound() + 128 < 1 << 31 else Rounding.ANY


def choose_core(layer: ConvLayer) -> Core:
    """The cheapest core that is exact for a layer."""
    rounding = saturating_rounding(layer)
    even = rounding is not Rounding.ANY and layer.out_c % GROUP == 0
    return Core(f"{rounding.value}_even" if even else rounding.value)


def pack_weights(rows: npt.NDArray[np.int8]) -> ConstArray:
    """Weights [out_c, depth] in groups of four channels and blocks of 16 inputs, with zeros beyond both."""
    out_c, depth = rows.shape
    groups, blocks = -(-out_c // GROUP), -(-depth // BLOCK)
    padded = np.zeros((groups * GROUP, blocks * BLOCK), np.int8)
    padded[:out_c, :depth] = rows
    packed = padded.reshape(groups, GROUP, blocks, BLOCK).transpose(0, 2, 1, 3).reshape(groups * blocks * GROUP, BLOCK)
    layout = f"a row of {BLOCK} inputs per channel: [groups][blocks][{GROUP} channels]"
    lanes = Lanes(tuple(channel for channel in range(GROUP) for _ in range(BLOCK)), rows=blocks * GROUP)
    return ConstArray("weights", "int8_t", packed, align=16, layout=layout, coding=lanes)


def channel_groups(layer: ConvLayer, any_shift: bool) -> ConstArray:
    """A struct of mcutk_mve_channels.h for each group of four channels, filled up with zeros."""
    members = {"bias": layer.bias, "multiplier": layer.multiplier, "shift": layer.shift}
    if any_shift:
        members = {
            "bias": layer.bias,
            "left": np.maximum(layer.shift, 0),
            "multiplier": layer.multiplier,
            "right": np.minimum(layer.shift, 0),
        }
    groups = -(-layer.out_c // GROUP)
    table = np.zeros(groups, [(name, np.int32, (GROUP,)) for name in members])
    for name, values in members.items():
        filled = np.zeros(groups * GROUP, np.int32)
        filled[: layer.out_c] = values
        table[name] = filled.reshape(groups, GROUP)
    ctype = "mcutk_mve_channels_any_shift" if any_shift else "mcutk_mve_channels"
    return ConstArray("channels", ctype, table, layout=f"a row per four channels: {', '.join(members)}")


def pair_slack(layer: ConvLayer) -> int:
    """Overlap slack of a kernel that reads a pair of pixels' windows while it writes the pair."""
    worst = -layer.in_h * layer.in_w * layer.in_c
    for y in range(layer.out_h):
        row = min(max(0, y * layer.stride_h - layer.pad_top), layer.in_h)
        later = min(max(0, (y + 1) * layer.stride_h - layer.pad_top), layer.in_h)
        for x in range(layer.out_w):  # a pair may begin at any pixel: without a stride, pairs run on across rows
            last = min(y * layer.out_w + x + 1, layer.out_h * layer.out_w - 1)
            # The first input byte still needed: in this window, or, where the window grows past one row, in the next.
            column = min(max(0, x * layer.stride_w - layer.pad_left), layer.in_w)
            needed = min((row * layer.in_w + column) * layer.in_c, later * layer.in_w * layer.in_c)
            worst = max(worst, (last + 1) * layer.out_c - needed)
    return worst


@dataclass(frozen=True)
class MveConv:
    """A way to gather inputs with a core."""

    gather: Gather
    core: Core

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_{self.gather.value}_mve_{self.core.value}"

    isa = MVE
    header = "mve/mcutk_conv_mve.h"
    sources: Sequence[str] = ("mve/mcutk_conv_mve.c", "mve/mcutk_mve_core.S")

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Every CONV_2D has a core; how inputs are gathered depends on the geometry.

        A depthwise convolution of one input channel is a CONV_2D of that channel.
        """
        is_conv = layer.kind is ConvKind.CONV or (layer.kind is ConvKind.DEPTHWISE and layer.in_c == 1)
        if not is_conv or self.core is not choose_core(layer):
            return False
        if self.gather is Gather.POINTWISE:
            return _is_pointwise(layer)
        return self.gather is Gather.WINDOW or layer.dilation_w == 1

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        blocks = -(-depth_of(layer) // BLOCK)
        loop = 2 * -(-blocks // _UNROLLED) if blocks > _UNROLLED else 0
        group = _GROUP_COST[self.core] + 14 * blocks + loop
        pairs = -(-layer.out_w // 2) * layer.out_h
        calls = layer.out_h * (1 + layer.out_w % 2)
        if self.gather is Gather.POINTWISE and layer.stride_h == layer.stride_w == 1:
            pairs, calls = -(-layer.out_w * layer.out_h // 2), 1 + layer.out_w * layer.out_h % 2
        elif self.gather is Gather.WINDOW:
            calls = pairs
        work = pairs * (_PAIR + -(-layer.out_c // GROUP) * group) + calls * _CALL
        return work + self._gather_cost(layer)

    def _gather_cost(self, layer: ConvLayer) -> int:
        """Instructions to gather inputs."""
        if self.gather is Gather.POINTWISE:
            return 0
        if self.gather is Gather.STRIP:
            return strip_cost(layer)
        run = _run_cost(layer.kernel_w * layer.in_c)
        if self.gather is Gather.ROWS:
            return layer.out_h * (40 + layer.kernel_h * (140 + layer.out_w * run))
        return layer.out_h * layer.out_w * (40 + layer.kernel_h * layer.kernel_w * (25 + _run_cost(layer.in_c)))

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """The gathered inputs, and what a core reads after them."""
        if self.gather is Gather.POINTWISE:
            beyond = -layer.in_c % BLOCK
            pixels = layer.out_h * layer.out_w
            direct = max(0, pixels - -(-beyond // layer.in_c)) // 2 * 2
            return (pixels - direct) * layer.in_c + BLOCK - 1 if beyond else 0
        if self.gather is Gather.STRIP:
            return _columns(layer) * layer.kernel_h * layer.in_c + BLOCK - 1
        return depth_of(layer) * (layer.out_w if self.gather is Gather.ROWS else 2) + BLOCK - 1

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights in groups of four channels, the depth in the order in which inputs are gathered."""
        order = (0, 1, 2, 3) if self.gather is Gather.ROWS else (0, 2, 1, 3)
        weights = layer.weights
        if layer.kind is ConvKind.DEPTHWISE:
            weights = weights.transpose(2, 0, 1)[..., np.newaxis]
        rows = weights.transpose(order).reshape(layer.out_c, -1)
        any_shift = self.core is Core.ANY
        return ParamsArg(
            "mcutk_conv_mve_any_shift" if any_shift else "mcutk_conv_mve",
            (
                ("shape", conv_shape(layer)),
                ("weights", pack_weights(rows)),
                ("channels", channel_groups(layer, any_shift)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Rows are gathered before they are written over; pixels and windows are read pair by pair."""
        if self.gather in (Gather.POINTWISE, Gather.WINDOW):
            return pair_slack(layer)
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 0)


def _is_pointwise(layer: ConvLayer) -> bool:
    return (
        layer.kernel_h == layer.kernel_w == 1
        and layer.pad_top == layer.pad_left == 0
        and (layer.out_h - 1) * layer.stride_h < layer.in_h
        and (layer.out_w - 1) * layer.stride_w < layer.in_w
        and (layer.in_c % BLOCK == 0 or layer.stride_h == layer.stride_w == 1)
    )


def strip_cost(layer: ConvLayer) -> int:
    """Instructions to gather the rows under every output row, column by column."""
    columns = _columns(layer)
    inside = min(layer.in_w, columns)
    fits = 8 // layer.in_c if layer.in_c <= 4 else 1
    row = 60 + inside * _run_cost(layer.in_c) // fits + (columns - inside) * 9
    new, move = layer.kernel_h, 0
    if layer.dilation_h == 1 and layer.stride_h < layer.kernel_h:
        new, move = layer.stride_h, 20 + 3 * (columns * layer.kernel_h * layer.in_c // BLOCK)
    return layer.kernel_h * row + (layer.out_h - 1) * (move + new * row) + 30 * layer.out_h


def _columns(layer: ConvLayer) -> int:
    return (layer.out_w - 1) * layer.stride_w + layer.kernel_w


def _run_cost(run: int) -> int:
    """Instructions to copy one run of bytes."""
    return 6 if run <= BLOCK else 9 + 3 * -(-run // BLOCK)


VARIANTS: tuple[MveConv, ...] = tuple(MveConv(gather, core) for gather in Gather for core in Core)
add_conv_kernels(VARIANTS)
