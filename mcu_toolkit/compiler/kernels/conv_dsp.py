"""CONV_2D with the DSP extension: pointwise or any geometry, three ways to round (firmware/kernels/dsp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, FieldValue, ParamsArg
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.base import KERNELS
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels, conv_kernel
from mcu_toolkit.compiler.kernels.packing_dsp import (
    GROUP,
    Channels,
    Ints,
    Rounding,
    channel_scales,
    channels,
    group_scales,
    weight_table,
)
from mcu_toolkit.compiler.kernels.structs import conv_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Optimize, Target

#: Instructions of a group of channels and two pixels around the multiplications, counted in the assembly.
_GROUP_COST = {Rounding.RELU: 65, Rounding.LINEAR: 75, Rounding.ANY: 380}


def depth_of(layer: ConvLayer) -> int:
    """Inputs of one output."""
    return layer.kernel_h * layer.kernel_w * layer.in_c


def padded_depth(layer: ConvLayer) -> int:
    """Inputs of one output, as the column buffer holds them."""
    return -(-depth_of(layer) // 4) * 4


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


def words_first(layer: ConvLayer) -> Ints:
    """Order of the inputs of a window in the column buffer: whole words of its rows, then what is left of the rows."""
    run = layer.kernel_w * layer.in_c
    inputs = np.arange(depth_of(layer)).reshape(layer.kernel_h, run)
    words = run // 4 * 4
    return np.concatenate([inputs[:, :words].reshape(-1), inputs[:, words:].reshape(-1)])


def pack_gemm(layer: ConvLayer, made: Channels) -> ConstArray:
    """The narrow packing of ``mcutk_gemm_dsp.h``: biases and weights, a row per group of four channels."""
    groups, depth = -(-layer.out_c // GROUP), padded_depth(layer)
    joint = np.zeros((groups * 2, depth), np.int64)
    rows = joint_weights(made)[:, words_first(layer)]
    joint[: rows.shape[0], : rows.shape[1]] = rows
    # Inputs 0 2, then 1 3, of every four: the order in which SXTB16 unpacks bytes.
    pairs = joint.reshape(groups, 2, depth // 4, 2, 2).transpose(0, 2, 4, 1, 3) & 0xFFFF
    words = pairs[..., 0] | pairs[..., 1] << 16
    bias = np.zeros((groups, 2, 2), np.int64)
    bias.reshape(-1)[: layer.out_c] = made.bias
    bias[..., 0] = 256 * bias[..., 0] + bias[..., 1]
    packed = np.concatenate([bias.reshape(groups, 4), words.reshape(groups, -1)], axis=1)
    lanes = Lanes((1, 0, 1, 0, 3, 2, 3, 2), head=GROUP, joint=True)
    return weight_table(
        packed, "a row per 4 output channels: biases [4], weights of two channels [depth / 2][2]", lanes
    )


def pack_wide(layer: ConvLayer, made: Channels) -> ConstArray:
    """The wide packing of ``mcutk_gemm_dsp.h``: each weight in a half-word of its own."""
    groups, depth = -(-layer.out_c // GROUP), padded_depth(layer)
    rows = np.zeros((groups * GROUP, depth), np.int64)
    rows[: layer.out_c, : made.weights.shape[1]] = made.weights[:, words_first(layer)]
    pairs = rows.reshape(groups, GROUP, depth // 4, 2, 2).transpose(0, 2, 4, 1, 3) & 0xFFFF
    words = pairs[..., 0] | pairs[..., 1] << 16
    bias = np.zeros((groups, GROUP), np.int64)
    bias.reshape(-1)[: layer.out_c] = made.bias
    packed = np.concatenate([bias, words.reshape(groups, -1)], axis=1)
    return weight_table(packed, "a row per 4 output channels: biases [4], weights of two inputs [depth / 2][4]")


@dataclass(frozen=True)
class DspConv:
    """Gathers the windows of two pixels as int16, then multiplies them with all channels.

    Attributes:
        pointwise: for kernels of 1x1 with stride 1 and no padding.
        rounding: how sums become outputs.
        wide: int16 weights, which take twice the flash: for the optimization goal speed, and for weights that the
            narrow packing cannot hold.
    """

    pointwise: bool
    rounding: Rounding
    wide: bool

    isa = DSP

    @property
    def header(self) -> str:
        """Header that declares the function."""
        return f"dsp/mcutk_{self._shape}_dsp.h"

    @property
    def sources(self) -> Sequence[str]:
        """Files to compile."""
        own = ("dsp/mcutk_pointwise_dsp.c",) if self.pointwise else ("dsp/mcutk_conv_dsp.c", "dsp/mcutk_gather_dsp.c")
        return (*own, "dsp/mcutk_pair_dsp.c", "dsp/mcutk_gemm_dsp.S", "dsp/mcutk_widen_dsp.S")

    @property
    def _shape(self) -> str:
        return "pointwise" if self.pointwise else "conv"

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_{self._shape}_{'wide_' if self.wide else ''}dsp_{self.rounding.value}"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """CONV_2D, or depthwise of one channel, which is the same.

        Converters make weights that leave room for a second channel in each half-word.
        """
        if (layer.kind is ConvKind.DEPTHWISE and layer.in_c > 1) or is_pointwise(layer) is not self.pointwise:
            return False
        made = channels(layer)
        # The rounding of linear is right for relu too, and one kernel for both takes less code.
        both = self.rounding is Rounding.LINEAR and made is not None and made.rounding is Rounding.RELU
        if made is None or (made.rounding is not self.rounding and not both):
            return False
        fits = fits_gemm(made)
        return (target.optimize is Optimize.SPEED or not fits) if self.wide else fits

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        depth, groups = padded_depth(layer), -(-layer.out_c // GROUP)
        steps = depth // 2
        multiply = (40 if self.pointwise else 60) + groups * (
            _GROUP_COST[self.rounding] + (11 if self.wide else 12) * steps + 3 * -(-steps // 8)
        )
        if layer.out_c % GROUP:
            multiply += 60
        pairs = -(-layer.out_h * layer.out_w // 2)
        rim = 0 if self.pointwise else _rim_pairs(layer) * 2 * (60 * layer.kernel_h + 2 * depth)
        return 60 + rim + pairs * (multiply + 2 * self._gather_cost(layer))

    def _gather_cost(self, layer: ConvLayer) -> int:
        """Instructions for the window of one pixel."""
        depth = padded_depth(layer)
        if self.pointwise:
            return 6 + depth * 13 // 8
        if layer.dilation_h != 1 or layer.dilation_w != 1:
            return 60 + layer.kernel_h * (40 + 40 * layer.kernel_w) + 3 * depth
        tail = tail_of(layer)
        return 40 + (layer.kernel_h * 4 if depth > tail else 0) + (depth - tail) + tail * 7 // 4

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """Two windows as int16, as bytes where one leaves the image, and offsets."""
        if self.pointwise:
            return 4 * padded_depth(layer)
        staged = 0 if _never_staged(layer) else 2
        return padded_depth(layer) * (4 + staged) + 8 * tail_of(layer)

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_conv_gemm_dsp`` and the like."""
        made = channels(layer)
        assert made is not None
        any_rounding = self.rounding is Rounding.ANY
        tables: tuple[tuple[str, FieldValue], ...] = (
            ("weights", (pack_wide if self.wide else pack_gemm)(layer, made)),
            ("scales", channel_scales(made) if any_rounding else group_scales(made)),
        )
        name = f"mcutk_{self._shape}_gemm_{'any_' if any_rounding else ''}dsp"
        if not self.pointwise:
            return ParamsArg(name, (("shape", conv_shape(layer)), *tables))
        pixels = ("pixels", layer.out_h * layer.out_w)
        rest = ("in_c", "out_c", "out_zero_point", *(("act_min", "act_max") if any_rounding else ()))
        return ParamsArg(name, (*tables, pixels, *((field, int(getattr(layer, field))) for field in rest)))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Windows of a pair are gathered before the pair is written."""
        return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, block=2)


def is_pointwise(layer: ConvLayer) -> bool:
    """Whether each output pixel reads only the input pixel of the same index."""
    same = (layer.out_h, layer.out_w) == (layer.in_h, layer.in_w)
    return same and layer.kernel_h * layer.kernel_w * layer.stride_h * layer.stride_w == 1


def _rim_pairs(layer: ConvLayer) -> int:
    """Pairs of pixels of which a window leaves the image: they are gathered byte by byte."""
    top = np.arange(layer.out_h) * layer.stride_h - layer.pad_top
    left = np.arange(layer.out_w) * layer.stride_w - layer.pad_left
    rows = (top >= 0) & (top + layer.kernel_h <= layer.in_h)
    columns = (left >= 0) & (left + layer.kernel_w <= layer.in_w)
    inside = np.logical_and.outer(rows, columns).reshape(-1)
    inside = np.append(inside, inside[-1:]) if inside.size % 2 else inside
    return int(np.count_nonzero(~(inside[0::2] & inside[1::2])))


def tail_of(layer: ConvLayer) -> int:
    """Inputs of a window behind the whole words of its rows, padded to a multiple of 4."""
    return -(-layer.kernel_h * (layer.kernel_w * layer.in_c % 4) // 4) * 4


def _never_staged(layer: ConvLayer) -> bool:
    """Whether every window lies in the image."""
    below = (layer.out_h - 1) * layer.stride_h + layer.kernel_h - layer.pad_top
    right = (layer.out_w - 1) * layer.stride_w + layer.kernel_w - layer.pad_left
    inside = layer.pad_top == layer.pad_left == 0 and below <= layer.in_h and right <= layer.in_w
    return inside and layer.dilation_h == layer.dilation_w == 1


@dataclass(frozen=True)
class DspPaddedConv(DspConv):
    """Copies the image and its padding to scratch first, so that no window has to be collected byte by byte."""

    @property
    def _shape(self) -> str:
        return "conv_padded"

    @property
    def header(self) -> str:
        """Header that declares the function."""
        return "dsp/mcutk_conv_dsp.h"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Layers with padding, which are small enough."""
        inside = padded_layer(layer)
        dilated = layer.dilation_h * layer.dilation_w != 1
        if dilated or _never_staged(layer) or max(inside.in_h, inside.in_w) > 255:
            return False
        return super().accepts(layer, target)

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """That of the copy, and of a layer without padding."""
        inside = padded_layer(layer)
        copy = inside.in_h * (60 + inside.in_w * layer.in_c * 3 // 2)
        return copy + super().cost(inside, target)

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """The copy, then as without padding."""
        inside = padded_layer(layer)
        return -(-inside.in_h * inside.in_w * layer.in_c // 4) * 4 + super().scratch_bytes(inside, target)

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_conv_gemm_dsp``."""
        return DspConv(False, self.rounding, self.wide).params(layer)

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """All of the image is copied before an output is written."""
        return -layer.in_h * layer.in_w * layer.in_c


def padded_layer(layer: ConvLayer) -> ConvLayer:
    """The same on an image that holds its padding."""
    in_h = (layer.out_h - 1) * layer.stride_h + layer.kernel_h
    in_w = (layer.out_w - 1) * layer.stride_w + layer.kernel_w
    return replace(layer, in_h=in_h, in_w=in_w, pad_top=0, pad_left=0)


PADDED = tuple(DspPaddedConv(False, rounding, wide=False) for rounding in (Rounding.RELU, Rounding.LINEAR))
VARIANTS = tuple(
    DspConv(pointwise, rounding, wide) for pointwise in (True, False) for rounding in Rounding for wide in (False, True)
)
add_conv_kernels(VARIANTS)
for _variant in PADDED:
    KERNELS.add(_variant.name, conv_kernel(_variant, spends=True))
