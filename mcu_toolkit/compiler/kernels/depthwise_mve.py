"""DEPTHWISE_CONV_2D with Helium: a rolling, transposed strip of rows (firmware/kernels/mve/mcutk_depthwise_mve.h)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.conv_mve import BLOCK, GROUP, Rounding, channel_groups, choose_rounding
from mcu_toolkit.compiler.kernels.structs import depthwise_shape
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.targets.isa import MVE
from mcu_toolkit.targets.target import Target

#: Products of pixel pitch and kernel height that have a kernel of their own.
_STEPS = (3, 6)
#: The same for windows of more than 16 inputs, which take two passes.
_WIDE_STEPS = (5, 10)
_PIXEL_COST = {Rounding.RELU: 21, Rounding.LINEAR: 23, Rounding.ANY: 27}


@dataclass(frozen=True)
class MveDepthwise:
    """The kernel with one way to round.

    Attributes:
        step: ``stride_w * kernel_h`` where it is built into the loads, 0 for kernels that take any.
        rounding: how it rounds.
        wide: for windows of 17 to 32 inputs.
    """

    step: int
    rounding: Rounding
    wide: bool = False

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
        taps = layer.kernel_h * layer.kernel_w
        return (
            layer.kind is ConvKind.DEPTHWISE
            and layer.depth_multiplier == 1
            and layer.dilation_h == layer.dilation_w == 1
            and (BLOCK < taps <= 2 * BLOCK if self.wide else taps <= BLOCK)
            and 0 <= layer.pad_top < layer.kernel_h
            and 0 <= layer.pad_left < layer.kernel_w
            and 7 * _plane(layer) < 1 << 16
            and self.rounding is choose_rounding(layer)
            and self.step in (0, layer.stride_w * layer.kernel_h)
        )

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        pixel = _PIXEL_COST[self.rounding] + (0 if self.step else 4) + 11 * self.wide
        row = 75 + -(-layer.out_c // GROUP) * (32 + 17 * self.wide + layer.out_w * pixel)
        rows = (layer.out_h - 1) * layer.stride_h + layer.kernel_h - layer.pad_top
        sixteens, rest = divmod(layer.in_c, 16)
        enter = 50 + sixteens * (21 + 7 * layer.in_w) + -(-rest // 8) * (20 + 6 * layer.in_w)
        fill = 3 * layer.in_c * _plane(layer) // 16
        orders = layer.kernel_h * (20 + 10 * layer.kernel_h * layer.kernel_w)
        return 60 + fill + orders + layer.out_h * row + rows * enter

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """The strip: as many rows as the kernel has; the orders of weights; accumulators between passes."""
        strip = -(-layer.in_c // GROUP) * GROUP * _plane(layer) + BLOCK
        orders = 2 * BLOCK * layer.kernel_h
        return strip + orders + (4 * GROUP * layer.out_w if self.wide else 0)

    def params(self, layer: ConvLayer) -> ParamsArg:
        """Weights channel by channel, up to a multiple of four channels."""
        taps = layer.kernel_h * layer.kernel_w
        rows = np.zeros((-(-layer.out_c // GROUP) * GROUP, taps), np.int8)
        rows[: layer.out_c] = layer.weights.reshape(taps, layer.out_c).T
        any_shift = self.rounding is Rounding.ANY
        layout = "a row per channel: [kernel_h][kernel_w]"
        return ParamsArg(
            "mcutk_depthwise_mve_any_shift" if any_shift else "mcutk_depthwise_mve",
            (
                ("shape", depthwise_shape(layer)),
                ("weights", ConstArray("weights", "int8_t", rows, align=4, layout=layout)),
                ("channels", channel_groups(layer, any_shift)),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """An output row is written when the last input row under it has been copied."""
        row = layer.in_w * layer.in_c
        worst = -layer.in_h * row
        for y in range(layer.out_h):
            read = y * layer.stride_h - layer.pad_top + layer.kernel_h
            if read < layer.in_h:
                worst = max(worst, (y + 1) * layer.out_w * layer.out_c - max(0, read) * row)
        return worst


def _plane(layer: ConvLayer) -> int:
    """Bytes of a channel in the strip."""
    return ((layer.out_w - 1) * layer.stride_w + layer.kernel_w) * layer.kernel_h


VARIANTS: tuple[MveDepthwise, ...] = (
    *(MveDepthwise(step, rounding) for step in _STEPS for rounding in (Rounding.RELU, Rounding.LINEAR)),
    *(MveDepthwise(0, rounding) for rounding in Rounding),
    *(MveDepthwise(step, rounding, wide=True) for step in _WIDE_STEPS for rounding in (Rounding.RELU, Rounding.LINEAR)),
)
add_conv_kernels(VARIANTS)
