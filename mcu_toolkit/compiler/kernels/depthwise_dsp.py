"""DEPTHWISE_CONV_2D with the DSP extension (firmware/kernels/dsp).

A 3x3 kernel computes two or four output rows of a channel at a time, any other kernel pairs of taps of four channels. A
depthwise convolution of one channel is a convolution: `conv_dsp`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import ConstArray, FieldValue, Packed, ParamsArg
from mcu_toolkit.compiler.fewbit import Lanes, code_table, grid_of
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.packing_dsp import (
    GROUP,
    Channels,
    Rounding,
    channel_scales,
    channels,
    group_scales,
    weight_table,
)
from mcu_toolkit.compiler.kernels.structs import conv_shape
from mcu_toolkit.compiler.layer import ConvKernel, ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import raster_slack
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Target

#: (ky, kx) of the twelve weight bytes of a channel, low byte first.
_ORDER = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 0), (1, 2), (2, 0), (1, 1), (1, 2), (2, 1), (2, 2))


def pack_depthwise(layer: ConvLayer, made: Channels) -> ConstArray:
    """Weights and doubled biases as ``mcutk_depthwise_strip_dsp.h`` says: four words per channel."""
    table = np.zeros((layer.out_c, 4), np.int64)
    for place, (ky, kx) in enumerate(_ORDER):
        table[:, place // 4] |= (made.weights[:, ky * 3 + kx] & 0xFF) << (8 * (place % 4))
    table[:, 3] = 2 * made.bias
    return weight_table(table, "a row per channel: weights [3], doubled bias", StripCoding())


class StripCoding:
    """Nine codes per channel for the twelve bytes of `_ORDER` (``mcutk_unpack_strip_dsp.h``)."""

    #: (row, column) of the taps of the two coded words; (2, 2) is apart.
    _TAPS = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 1), (1, 2), (2, 0))

    def forms(self, array: ConstArray, bits: int) -> Iterator[Packed]:
        """The grid form."""
        words = array.values.astype("<u4")
        found = grid_of(np.ascontiguousarray(words[:, :3]).view(np.int8).astype(np.int64), bits)
        if found is None:
            return
        codes, step, origin = found
        eight = codes[:, [_ORDER.index(tap) for tap in self._TAPS]]
        fields: tuple[tuple[str, FieldValue], ...] = (
            ("codes", code_table("codes", eight, bits)),
            ("last", code_table("last_codes", codes[:, _ORDER.index((2, 2))], bits)),
            ("biases", ConstArray("biases", "uint32_t", words[:, 3], layout="doubled")),
            ("channels", len(words)),
            ("bits", bits),
            ("step", step),
            ("add", (origin + 128) * 0x01010101),
        )
        yield Packed(
            function="mcutk_unpack_strip_dsp",
            arguments=ParamsArg("mcutk_packed_strip_dsp", fields, suffix="packed"),
            plain_bytes=array.values.nbytes,
            cost=40 + 50 * len(words),
            source="dsp/mcutk_unpack_strip_dsp.c",
            header="dsp/mcutk_unpack_strip_dsp.h",
        )


@dataclass(frozen=True)
class DspDepthwise:
    """Four channels of the input rows under a block of output rows, as pairs, then one channel after another.

    A block has four output rows with stride 1, and two with stride 2.
    """

    stride: int
    rounding: Rounding

    isa = DSP
    header = "dsp/mcutk_depthwise_rows_dsp.h"
    sources: Sequence[str] = ("dsp/mcutk_depthwise_rows_dsp.c", "dsp/mcutk_depthwise_strip_dsp.S")

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_depthwise_s{self.stride}_dsp_{self.rounding.value}"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """3x3 kernels, four channels or more, and a clamp to all of int8."""
        if layer.kind is not ConvKind.DEPTHWISE or layer.depth_multiplier != 1 or layer.in_c < GROUP:
            return False
        if (layer.kernel_h, layer.kernel_w, layer.dilation_h, layer.dilation_w) != (3, 3, 1, 1):
            return False
        if layer.stride_h != self.stride or layer.stride_w != self.stride or layer.pad_left >= self._columns(layer):
            return False
        made = channels(layer)
        return made is not None and made.rounding is self.rounding

    def _columns(self, layer: ConvLayer) -> int:
        return (layer.out_w - 1) * self.stride + 3

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        linear = 2 * (self.rounding is Rounding.LINEAR)
        one, two = (31 + 2 * linear, 54 + 4 * linear) if self.stride == 1 else (33 + 2 * linear, 58 + 4 * linear)
        row = 20 + layer.out_w // 2 * two + layer.out_w % 2 * one
        groups, inside = -(-layer.in_c // GROUP), min(layer.in_w, self._columns(layer) - layer.pad_left)
        strip = 110 + (41 if self.stride == 1 else 42) * inside
        passes = -(-layer.out_h // 2)
        blocks = -(-passes // 2) if self.stride == 1 else passes
        copies = blocks * 4 * (50 + layer.in_w * layer.in_c * 2 // 5) if self.stride == 1 else 0
        return 80 + copies + blocks * (20 + groups * strip + layer.in_c * 36) + passes * layer.in_c * row

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """One strip; stride 1: the rows under a block."""
        if self.stride == 1:
            return self._columns(layer) * 48 + -(-6 * layer.in_w * layer.in_c // 4) * 4
        return self._columns(layer) * 64

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_depthwise_rows_dsp``."""
        made = channels(layer)
        assert made is not None
        shape = {
            "in_h": layer.in_h,
            "in_w": layer.in_w,
            "out_h": layer.out_h,
            "out_w": layer.out_w,
            "channels": layer.in_c,
            "pad_top": layer.pad_top,
            "pad_left": layer.pad_left,
            "in_zero_point": layer.in_zero_point,
            "out_zero_point": layer.out_zero_point,
        }
        tables = ("weights", pack_depthwise(layer, made)), ("scales", group_scales(made))
        return ParamsArg("mcutk_depthwise_rows_dsp", (*tables, *shape.items()))

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Stride 2: a pair of output rows is written while the input rows under it are read."""
        if self.stride == 2:
            return raster_slack(layer, layer.in_c, layer.out_c, block=2 * layer.out_w)
        # The input rows under a block of four output rows are in scratch before the block is written.
        in_row, out_row = layer.in_w * layer.in_c, layer.out_w * layer.out_c
        slack = -layer.in_h * in_row
        for y in range(0, layer.out_h, 4):
            loaded = min(max(y - layer.pad_top + 6, 0), layer.in_h)
            if loaded < layer.in_h and y + 4 < layer.out_h:
                slack = max(slack, (y + 4) * out_row - loaded * in_row)
        return slack


def pack_taps(layer: ConvLayer, made: Channels, order: npt.NDArray[np.int64]) -> ConstArray:
    """Biases and pairs of taps of four channels as ``mcutk_taps_dsp.h`` says: a row per group."""
    taps = layer.kernel_h * layer.kernel_w
    even = np.zeros((order.size, -(-taps // 2) * 2), np.int64)
    even[:, :taps] = made.weights[order] & 0xFF
    # [group, word of a pair, channel of the word, pair, tap] -> bytes c0 c1 of the first tap, then of the second
    split = even.reshape(-1, 2, 2, even.shape[1] // 2, 2).transpose(0, 3, 1, 4, 2).reshape(order.size // GROUP, -1, 4)
    words = (split << np.array([0, 8, 16, 24])).sum(axis=-1)
    packed = np.concatenate([made.bias[order].reshape(-1, GROUP), words], axis=1)
    layout = "a row per 4 channels: biases [4], weights of two taps and two channels [taps / 2][2]"
    return weight_table(packed, layout, Lanes((0, 1, 0, 1, 2, 3, 2, 3), head=GROUP))


@dataclass(frozen=True)
class DspTaps:
    """Any geometry: pointers to the taps of a pixel, then two taps of four channels at a time."""

    rounding: Rounding

    isa = DSP
    header = "dsp/mcutk_depthwise_taps_dsp.h"
    sources: Sequence[str] = ("dsp/mcutk_depthwise_taps_dsp.c", "dsp/mcutk_taps_dsp.S")

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_depthwise_dsp_{self.rounding.value}"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Four channels or more, each with one output."""
        if layer.kind is not ConvKind.DEPTHWISE or layer.depth_multiplier != 1 or layer.in_c < GROUP:
            return False
        made = channels(layer)
        return made is not None and made.rounding is self.rounding

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        taps, groups = layer.kernel_h * layer.kernel_w, -(-layer.in_c // GROUP)
        finish = {Rounding.RELU: 52, Rounding.LINEAR: 56, Rounding.ANY: 220}[self.rounding]
        pixel = 80 + layer.kernel_h * 15 + 11 * taps + groups * (finish + 20 * -(-taps // 2))
        return 100 + 5 * layer.in_c + layer.out_h * layer.out_w * (pixel + (40 if layer.in_c % GROUP else 0))

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """Pointers and a pixel of padding."""
        return -(-layer.kernel_h * layer.kernel_w // 2) * 16 + 4 + layer.in_c

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_depthwise_taps_dsp`` and the like."""
        made = channels(layer)
        assert made is not None
        order = np.arange(layer.in_c)
        if layer.in_c % GROUP:  # the last group is the last four channels
            order = np.concatenate([order[: layer.in_c // GROUP * GROUP], order[-GROUP:]])
        any_rounding = self.rounding is Rounding.ANY
        return ParamsArg(
            f"mcutk_depthwise_taps_{'any_' if any_rounding else ''}dsp",
            (
                ("shape", conv_shape(layer)),
                ("weights", pack_taps(layer, made, order)),
                ("scales", channel_scales(made) if any_rounding else group_scales(made, order)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """A pixel is written while its window is read."""
        return raster_slack(layer, layer.in_c, layer.out_c)


VARIANTS: tuple[ConvKernel, ...] = (
    *(DspDepthwise(stride, rounding) for stride in (1, 2) for rounding in (Rounding.RELU, Rounding.LINEAR)),
    *(DspTaps(rounding) for rounding in Rounding),
)
add_conv_kernels(VARIANTS)
