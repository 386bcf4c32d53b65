"""CONV_2D with Helium: four ways to bring a pixel's inputs together, five ways to round (firmware/kernels/mve)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.compiler.site import ConstArray, ConvKind, ConvSite, PackedConv
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Output channels that a core computes together.
GROUP = 4
#: Inputs that one VMLADAVA takes.
BLOCK = 16
#: Instructions to call a core for a row, and for a pair of pixels around the groups.
_CALL, _PAIR = 60, 16


class Rounding(str, Enum):
    """How a kernel rounds; the conditions stand in ``mcutk_mve_core.h``."""

    RELU = "relu"
    LINEAR = "linear"
    ANY = "any"


class Core(str, Enum):
    """Rounding of a dot-product core, and whether it knows that no edge is left over."""

    RELU_EVEN = "relu_even"
    RELU = "relu"
    LINEAR_EVEN = "linear_even"
    LINEAR = "linear"
    ANY = "any"


class Gather(str, Enum):
    """How a pixel's inputs come to lie side by side: the first part of the C function's name."""

    POINTWISE = "pointwise"  # they do already
    STRIP = "conv"  # the rows under an output row, column by column
    ROWS = "im2col"  # every window of an output row
    WINDOW = "window"  # two windows at a time


#: Instructions for a group of four channels and two pixels around the dot products: counted in the assembly.
_GROUP_COST = {Core.RELU_EVEN: 27, Core.LINEAR_EVEN: 31, Core.RELU: 30, Core.LINEAR: 34, Core.ANY: 39}


def depth_of(site: ConvSite) -> int:
    """Inputs of one output."""
    return site.kernel_h * site.kernel_w * site.in_c


def choose_rounding(site: ConvSite) -> Rounding:
    """The cheapest rounding that is exact for a site."""
    largest = int(site.shift.max(initial=-1))
    if site.act_min >= site.out_zero_point and largest <= 0:
        return Rounding.RELU
    return Rounding.LINEAR if largest < 0 else Rounding.ANY


def choose_core(site: ConvSite) -> Core:
    """The cheapest core that is exact for a site."""
    rounding = choose_rounding(site)
    even = rounding is not Rounding.ANY and site.out_c % GROUP == 0
    return Core(f"{rounding.value}_even" if even else rounding.value)


def pack_weights(rows: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Weights [out_c, depth] as the cores read them: groups of four channels, blocks of 16 inputs, zeros past both."""
    out_c, depth = rows.shape
    groups, blocks = -(-out_c // GROUP), -(-depth // BLOCK)
    padded = np.zeros((groups * GROUP, blocks * BLOCK), np.int8)
    padded[:out_c, :depth] = rows
    packed: npt.NDArray[np.int8] = padded.reshape(groups, GROUP, blocks, BLOCK).transpose(0, 2, 1, 3).reshape(-1)
    return packed


def pack_channels(site: ConvSite, any_shift: bool) -> npt.NDArray[np.int32]:
    """The channel table of the cores: for each group bias[4], (left[4],) multiplier[4], shift[4].

    Returns:
        int32 [n, 3]: the words in order, as many ``mcutk_channel`` as hold them.
    """
    fields = [site.bias, site.multiplier, np.minimum(site.shift, 0)]
    if any_shift:
        fields.insert(1, np.maximum(site.shift, 0))
    groups = -(-site.out_c // GROUP)
    table = np.zeros((len(fields), groups * GROUP), np.int32)
    table[:, : site.out_c] = np.stack(fields)
    words = table.reshape(len(fields), groups, GROUP).transpose(1, 0, 2).reshape(-1)
    return np.concatenate([words, np.zeros(-words.size % 3, np.int32)]).reshape(-1, 3)


def pair_slack(site: ConvSite) -> int:
    """Overlap slack of a kernel that reads a pair of pixels' windows while it writes the pair."""
    worst = -site.in_h * site.in_w * site.in_c
    for y in range(site.out_h):
        row = min(max(0, y * site.stride_h - site.pad_top), site.in_h)
        later = min(max(0, (y + 1) * site.stride_h - site.pad_top), site.in_h)
        for x in range(site.out_w):  # a pair may begin at any pixel: without a stride, pairs run on across rows
            last = min(y * site.out_w + x + 1, site.out_h * site.out_w - 1)
            # The first input byte still needed: in this window, or, where the window grows past one row, in the next.
            column = min(max(0, x * site.stride_w - site.pad_left), site.in_w)
            needed = min((row * site.in_w + column) * site.in_c, later * site.in_w * site.in_c)
            worst = max(worst, (last + 1) * site.out_c - needed)
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
    sources: Sequence[str] = ("mve/mcutk_conv_mve.c", "mve/mcutk_mve_core.c")

    def accepts(self, site: ConvSite, target: Target) -> bool:
        """Every CONV_2D has a core; how inputs are gathered depends on the geometry.

        A depthwise convolution of one input channel is a CONV_2D of that channel.
        """
        is_conv = site.kind is ConvKind.CONV or (site.kind is ConvKind.DEPTHWISE and site.in_c == 1)
        if not is_conv or self.core is not choose_core(site):
            return False
        if self.gather is Gather.POINTWISE:
            return _is_pointwise(site)
        return self.gather is Gather.WINDOW or site.dilation_w == 1

    def cost(self, site: ConvSite, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        blocks = -(-depth_of(site) // BLOCK)
        group = _GROUP_COST[self.core] + 14 * blocks + 2 * -(-blocks // 2)
        pairs = -(-site.out_w // 2) * site.out_h
        calls = site.out_h * (1 + site.out_w % 2)
        if self.gather is Gather.POINTWISE and site.stride_h == site.stride_w == 1:
            pairs, calls = -(-site.out_w * site.out_h // 2), 1 + site.out_w * site.out_h % 2
        elif self.gather is Gather.WINDOW:
            calls = pairs
        work = pairs * (_PAIR + -(-site.out_c // GROUP) * group) + calls * _CALL
        return work + site.out_h * self._gather_cost(site)

    def _gather_cost(self, site: ConvSite) -> int:
        """Instructions to gather inputs for one output row."""
        if self.gather is Gather.POINTWISE:
            return 0
        if self.gather is Gather.STRIP:
            return 40 + site.kernel_h * (30 + min(site.in_w, _columns(site)) * _run_cost(site.in_c))
        run = _run_cost(site.kernel_w * site.in_c)
        if self.gather is Gather.ROWS:
            return 40 + site.kernel_h * (140 + site.out_w * run)
        return site.out_w * (40 + site.kernel_h * site.kernel_w * (25 + _run_cost(site.in_c)))

    def scratch_bytes(self, site: ConvSite, target: Target) -> int:
        """The gathered inputs, and what a core reads after them."""
        if self.gather is Gather.POINTWISE:
            beyond = -site.in_c % BLOCK
            pixels = site.out_h * site.out_w
            direct = max(0, pixels - -(-beyond // site.in_c)) // 2 * 2
            return (pixels - direct) * site.in_c + BLOCK - 1 if beyond else 0
        if self.gather is Gather.STRIP:
            return _columns(site) * site.kernel_h * site.in_c + BLOCK - 1
        return depth_of(site) * (site.out_w if self.gather is Gather.ROWS else 2) + BLOCK - 1

    def pack(self, site: ConvSite) -> PackedConv:
        """Weights in groups of four channels, the depth in the order in which inputs are gathered."""
        order = (0, 1, 2, 3) if self.gather is Gather.ROWS else (0, 2, 1, 3)
        weights = site.weights
        if site.kind is ConvKind.DEPTHWISE:
            weights = weights.transpose(2, 0, 1)[..., np.newaxis]
        rows = weights.transpose(order).reshape(site.out_c, -1)
        return PackedConv(
            ConstArray("weights", "int8_t", pack_weights(rows), align=16),
            ConstArray("channels", "mcutk_channel", pack_channels(site, self.core is Core.ANY)),
        )

    def overlap_slack(self, site: ConvSite) -> int | None:
        """Rows are gathered before they are written over; pixels and windows are read pair by pair."""
        if self.gather in (Gather.POINTWISE, Gather.WINDOW):
            return pair_slack(site)
        return raster_slack(site, site.in_c, site.out_c, Reading.BEFORE_WRITING, 0)


def _is_pointwise(site: ConvSite) -> bool:
    return (
        site.kernel_h == site.kernel_w == 1
        and site.pad_top == site.pad_left == 0
        and (site.out_h - 1) * site.stride_h < site.in_h
        and (site.out_w - 1) * site.stride_w < site.in_w
        and (site.in_c % BLOCK == 0 or site.stride_h == site.stride_w == 1)
    )


def _columns(site: ConvSite) -> int:
    return (site.out_w - 1) * site.stride_w + site.kernel_w


def _run_cost(run: int) -> int:
    """Instructions to copy one run of bytes."""
    return 6 if run <= BLOCK else 9 + 3 * -(-run // BLOCK)


KERNELS: tuple[MveConv, ...] = tuple(MveConv(gather, core) for gather in Gather for core in Core)
