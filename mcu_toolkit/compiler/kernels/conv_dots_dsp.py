"""CONV_2D and FULLY_CONNECTED with the DSP extension for every layer (firmware/kernels/dsp/mcutk_conv_dots_dsp.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg, StructValue
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.conv_dsp import depth_of
from mcu_toolkit.compiler.kernels.structs import conv_shape, fc_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.compiler.raster import Reading, raster_slack
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Target

#: Output channels that are computed together, and inputs that are read together.
_GROUP = 4
#: Instructions for four inputs of a group, around the products of a group, and to requantize an output.
_FOUR_COST, _GROUP_COST, _OUTPUT_COST = 24, 20, 47


@dataclass(frozen=True)
class DspDots:
    """A window at a time."""

    kind: ConvKind

    isa = DSP
    header = "dsp/mcutk_conv_dots_dsp.h"
    sources: Sequence[str] = ("dsp/mcutk_conv_dots_dsp.c",)

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_{'conv' if self.kind is ConvKind.CONV else 'fc'}_dots_dsp_s8"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """Every layer of its operator."""
        return layer.kind is self.kind

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the disassembly, checked on the emulator."""
        depth = depth_of(layer)
        pixel = (
            25 + -(-layer.out_c // _GROUP) * (_GROUP_COST + _FOUR_COST * -(-depth // 4)) + _OUTPUT_COST * layer.out_c
        )
        if self._gathers(layer):
            pixel += layer.kernel_h * 25 + 2 * depth
        return 40 + layer.out_h * layer.out_w * pixel

    def _gathers(self, layer: ConvLayer) -> bool:
        """Whether a window is copied: not where its inputs are adjacent inside the image."""
        return not (
            layer.kernel_h == layer.kernel_w == 1
            and layer.pad_top == layer.pad_left == 0
            and (layer.out_h - 1) * layer.stride_h < layer.in_h
            and (layer.out_w - 1) * layer.stride_w < layer.in_w
        )

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """A window."""
        return depth_of(layer) if self._gathers(layer) else 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights of four channels for four inputs at a time; a channel table filled up to groups of four."""
        depth, groups = depth_of(layer), -(-layer.out_c // _GROUP)
        fours = -(-depth // 4)
        padded = np.zeros((groups * _GROUP, fours * 4), np.int8)
        padded[: layer.out_c, :depth] = layer.weights.reshape(layer.out_c, depth)
        rows = padded.reshape(groups, _GROUP, fours, 4).transpose(0, 2, 1, 3).reshape(groups, -1)
        lanes = Lanes(tuple(channel for channel in range(_GROUP) for _ in range(4)))
        layout = "a row per 4 output channels: [depth / 4][4 channels][4]"
        table = np.zeros((groups * _GROUP, 3), np.int32)
        table[: layer.out_c] = np.stack([layer.bias, layer.multiplier, layer.shift], axis=1)
        shape: StructValue = conv_shape(layer) if self.kind is ConvKind.CONV else fc_shape(layer)
        return ParamsArg(
            self.name.removesuffix("_s8"),
            (
                ("shape", shape),
                ("weights", ConstArray("weights", "int8_t", rows, align=4, layout=layout, coding=lanes)),
                ("channels", ConstArray("channels", "mcutk_channel", table, layout="bias, multiplier, shift")),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """A copied window is read before its pixel is written; a window in place, while it is written."""
        if self._gathers(layer):
            return raster_slack(layer, layer.in_c, layer.out_c, Reading.BEFORE_WRITING, 1)
        return raster_slack(layer, layer.in_c, layer.out_c)


VARIANTS: tuple[DspDots, ...] = (DspDots(ConvKind.CONV), DspDots(ConvKind.FULLY_CONNECTED))
add_conv_kernels(VARIANTS)
