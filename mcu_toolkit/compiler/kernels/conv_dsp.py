"""CONV_2D with the DSP extension: two ways to gather inputs, three to round (firmware/kernels/dsp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.kernels.packing_dsp import GROUP, Channels, Ints, Rounding, channel_table, channels
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.compiler.site import ConstArray, ConvKind, ConvSite, PackedConv
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Optimize, Target

#: Instructions of a group of channels and two pixels around the multiplications, counted in the assembly.
_GROUP_COST = {Rounding.RELU: 68, Rounding.LINEAR: 78, Rounding.ANY: 380}


def depth_of(site: ConvSite) -> int:
    """Inputs of one output."""
    return site.kernel_h * site.kernel_w * site.in_c


def padded_depth(site: ConvSite) -> int:
    """Inputs of one output, as the column buffer holds them."""
    return -(-depth_of(site) // 4) * 4


def fits_gemm(made: Channels) -> bool:
    """Whether two channels can share a word, by the bounds in ``mcutk_gemm_dsp.h``."""
    if made.bound[0::2].max(initial=0) >= 2**23:
        return False
    joint = joint_weights(made)
    return bool(joint.max(initial=0) < 2**15 and joint.min(initial=0) >= -(2**15))


def joint_weights(made: Channels) -> Ints:
    """256 * even + odd channels, [ceil(out_c / 2), depth]."""
    odd = np.zeros_like(made.weights[0::2])
    odd[: made.weights[1::2].shape[0]] = made.weights[1::2]
    return 256 * made.weights[0::2] + odd


def pack_gemm(site: ConvSite, made: Channels) -> ConstArray:
    """Biases and weights, a group of four channels after another, as ``mcutk_gemm_dsp.h`` says: uint32 words."""
    groups, depth = -(-site.out_c // GROUP), padded_depth(site)
    joint = np.zeros((groups * 2, depth), np.int64)
    rows = joint_weights(made)
    joint[: rows.shape[0], : rows.shape[1]] = rows
    # Inputs 0 2, then 1 3, of every four: the order in which SXTB16 unpacks bytes.
    pairs = joint.reshape(groups, 2, depth // 4, 2, 2).transpose(0, 2, 4, 1, 3) & 0xFFFF
    words = pairs[..., 0] | pairs[..., 1] << 16
    bias = np.zeros((groups, 2, 2), np.int64)
    bias.reshape(-1)[: site.out_c] = made.bias
    bias[..., 0] = 256 * bias[..., 0] + bias[..., 1]
    packed = np.concatenate([bias.reshape(groups, 4), words.reshape(groups, -1)], axis=1)
    return ConstArray("weights", "uint32_t", (packed.reshape(-1) & 0xFFFFFFFF).astype(np.uint32))


def pack_wide(site: ConvSite, made: Channels) -> ConstArray:
    """The same with each weight in a half-word of its own."""
    groups, depth = -(-site.out_c // GROUP), padded_depth(site)
    rows = np.zeros((groups * GROUP, depth), np.int64)
    rows[: site.out_c, : made.weights.shape[1]] = made.weights
    pairs = rows.reshape(groups, GROUP, depth // 4, 2, 2).transpose(0, 2, 4, 1, 3) & 0xFFFF
    words = pairs[..., 0] | pairs[..., 1] << 16
    bias = np.zeros((groups, GROUP), np.int64)
    bias.reshape(-1)[: site.out_c] = made.bias
    packed = np.concatenate([bias, words.reshape(groups, -1)], axis=1)
    return ConstArray("weights", "uint32_t", (packed.reshape(-1) & 0xFFFFFFFF).astype(np.uint32))


@dataclass(frozen=True)
class DspConv:
    """Gathers the windows of two pixels as int16, then multiplies them with all channels.

    `wide` weights take twice the flash. They are for those who want speed, and for weights that do not fit otherwise.
    """

    pointwise: bool
    rounding: Rounding
    wide: bool

    isa = DSP
    header = "dsp/mcutk_conv_dsp.h"
    sources: Sequence[str] = ("dsp/mcutk_conv_dsp.c", "dsp/mcutk_gemm_dsp.S", "dsp/mcutk_gemm_host.c")

    @property
    def name(self) -> str:
        """C function."""
        shape = "pointwise" if self.pointwise else "conv"
        return f"mcutk_{shape}_{'wide_' if self.wide else ''}dsp_{self.rounding.value}"

    def accepts(self, site: ConvSite, target: Target) -> bool:
        """CONV_2D, or depthwise of one channel, which is the same.

        Converters make weights that leave room for a second channel in each half-word.
        """
        if (site.kind is ConvKind.DEPTHWISE and site.in_c > 1) or is_pointwise(site) is not self.pointwise:
            return False
        made = channels(site)
        if made is None or made.rounding is not self.rounding:
            return False
        return self.wide is (target.optimize is Optimize.SPEED or not fits_gemm(made))

    def cost(self, site: ConvSite, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        depth, groups = padded_depth(site), -(-site.out_c // GROUP)
        steps = depth // 2
        multiply = (40 if self.pointwise else 60) + groups * (
            _GROUP_COST[self.rounding] + (11 if self.wide else 12) * steps + 3 * -(-steps // 8)
        )
        if site.out_c % GROUP:
            multiply += 60
        pairs = -(-site.out_h * site.out_w // 2)
        rim = 0 if self.pointwise else _rim_pairs(site) * 2 * (35 * site.kernel_h + 2 * depth)
        return 60 + rim + pairs * (multiply + 2 * self._gather_cost(site))

    def _gather_cost(self, site: ConvSite) -> int:
        """Instructions for the window of one pixel."""
        depth = padded_depth(site)
        if self.pointwise:
            return 6 + depth * 13 // 8
        if site.dilation_h != 1 or site.dilation_w != 1:
            return 60 + site.kernel_h * (40 + 40 * site.kernel_w) + 3 * depth
        if _short_rows(site):
            return 40 + depth * 9 // 4
        whole = site.kernel_w * site.in_c % 4 == 0
        return 40 + site.kernel_h * 8 + depth * 5 // 4 + (0 if whole else site.kernel_h * 12 + 2 * depth)

    def scratch_bytes(self, site: ConvSite, target: Target) -> int:
        """Two windows as int16, as bytes where they are not whole words of the image, and offsets of short rows."""
        staged = 0 if self.pointwise or _never_staged(site) else 2
        return padded_depth(site) * (4 + staged + (4 if not self.pointwise and _short_rows(site) else 0))

    def pack(self, site: ConvSite) -> PackedConv:
        """Two channels in each half-word, or one."""
        made = channels(site)
        assert made is not None
        return PackedConv((pack_wide if self.wide else pack_gemm)(site, made), channel_table(made))

    def overlap_slack(self, site: ConvSite) -> int | None:
        """Windows of a pair are gathered before the pair is written."""
        return raster_slack(site, site.in_c, site.out_c, Reading.BEFORE_WRITING, block=2)


def is_pointwise(site: ConvSite) -> bool:
    """Whether each output pixel reads just the input pixel of the same number."""
    same = (site.out_h, site.out_w) == (site.in_h, site.in_w)
    return same and site.kernel_h * site.kernel_w * site.stride_h * site.stride_w == 1


def _rim_pairs(site: ConvSite) -> int:
    """Pairs of pixels of which a window leaves the image: they are gathered byte by byte."""
    top = np.arange(site.out_h) * site.stride_h - site.pad_top
    left = np.arange(site.out_w) * site.stride_w - site.pad_left
    rows = (top >= 0) & (top + site.kernel_h <= site.in_h)
    columns = (left >= 0) & (left + site.kernel_w <= site.in_w)
    inside = np.logical_and.outer(rows, columns).reshape(-1)
    inside = np.append(inside, inside[-1:]) if inside.size % 2 else inside
    return int(np.count_nonzero(~(inside[0::2] & inside[1::2])))


def _short_rows(site: ConvSite) -> bool:
    """Whether the rows of a window are picked byte by byte (SHORT_RUN in mcutk_conv_dsp.c)."""
    return site.kernel_w * site.in_c % 4 != 0 and site.kernel_w * site.in_c <= 32


def _never_staged(site: ConvSite) -> bool:
    """Whether every window is made of whole words of the image."""
    below = (site.out_h - 1) * site.stride_h + site.kernel_h - site.pad_top
    right = (site.out_w - 1) * site.stride_w + site.kernel_w - site.pad_left
    inside = site.pad_top == site.pad_left == 0 and below <= site.in_h and right <= site.in_w
    return inside and site.dilation_h == site.dilation_w == 1 and site.kernel_w * site.in_c % 4 == 0


KERNELS = tuple(
    DspConv(pointwise, rounding, wide) for pointwise in (True, False) for rounding in Rounding for wide in (False, True)
)
