"""FULLY_CONNECTED with the DSP extension: eight channels at a time (firmware/kernels/dsp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcu_toolkit.compiler.call import ConstArray, ParamsArg
from mcu_toolkit.compiler.fewbit import Lanes
from mcu_toolkit.compiler.kernels.conv import add_conv_kernels
from mcu_toolkit.compiler.kernels.conv_dsp import fits_gemm, joint_weights
from mcu_toolkit.compiler.kernels.packing_dsp import Channels, Rounding, channels, weight_table
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer
from mcu_toolkit.targets.isa import DSP
from mcu_toolkit.targets.target import Target

#: Output channels that the inner block computes together: ``MCUTK_FC_GROUP``.
GROUP = 8
#: ``mcutk_fc_scale_dsp``.
_SCALE = np.dtype([("multiplier", np.int32), ("right_shift", np.uint32)])


def pack_rows(layer: ConvLayer, made: Channels) -> ConstArray:
    """Biases and weights as ``mcutk_fc_row_dsp.h`` says: a row per group of eight channels."""
    groups, depth = -(-layer.out_c // GROUP), -(-layer.in_c // 4) * 4
    joint = np.zeros((groups * 4, depth), np.int64)
    rows = joint_weights(made)
    joint[: rows.shape[0], : rows.shape[1]] = rows
    # Inputs 0 2, then 1 3, of every four: the order in which SXTB16 unpacks bytes.
    pairs = joint.reshape(groups, 4, depth // 4, 2, 2).transpose(0, 2, 4, 1, 3) & 0xFFFF
    words = pairs[..., 0] | pairs[..., 1] << 16
    bias = np.zeros((groups, 4, 2), np.int64)
    bias.reshape(-1)[: layer.out_c] = made.bias
    bias[..., 0] = 256 * bias[..., 0] + bias[..., 1]
    packed = np.concatenate([bias.reshape(groups, 8), words.reshape(groups, -1)], axis=1)
    lanes = Lanes((1, 0, 1, 0, 3, 2, 3, 2, 5, 4, 5, 4, 7, 6, 7, 6), head=GROUP, joint=True)
    return weight_table(packed, "a row per 8 output channels: biases [8], weights of two channels [in_c / 2][4]", lanes)


def pack_scales(made: Channels) -> ConstArray:
    """``mcutk_fc_scale_dsp`` of each channel, or once where all have the same."""
    table = np.zeros(-(-made.shift.size // GROUP) * GROUP, _SCALE)
    table["multiplier"][: made.shift.size] = made.multiplier
    table["right_shift"][: made.shift.size] = -made.shift - 1
    layout = "multiplier, right shift - 1"
    scales = table[:1] if one_scale(made) else table
    return ConstArray("scales", "mcutk_fc_scale_dsp", scales, is_weights=False, layout=layout)


def one_scale(made: Channels) -> bool:
    """Whether all channels have the same multiplier and shift."""
    return bool(np.all(made.multiplier == made.multiplier[0]) and np.all(made.shift == made.shift[0]))


@dataclass(frozen=True)
class DspFullyConnected:
    """A row of inputs by eight channels.

    Attributes:
        rounding: how sums become outputs.
        shared: for layers whose channels all have the same scale.
    """

    rounding: Rounding
    shared: bool

    isa = DSP
    header = "dsp/mcutk_fc_rows_dsp.h"
    sources: Sequence[str] = ("dsp/mcutk_fc_rows_dsp.c", "dsp/mcutk_fc_row_dsp.S")

    @property
    def name(self) -> str:
        """C function."""
        return f"mcutk_fc_dsp_{self.rounding.value}{'_shared' if self.shared else ''}"

    def accepts(self, layer: ConvLayer, target: Target) -> bool:
        """As the convolutions; odd clamps and left shifts are left to them."""
        if layer.kind is not ConvKind.FULLY_CONNECTED:
            return False
        made = channels(layer)
        if made is None or made.rounding is not self.rounding or one_scale(made) is not self.shared:
            return False
        return fits_gemm(made)

    def cost(self, layer: ConvLayer, target: Target) -> int:
        """Counted in the assembly, checked on the emulator."""
        fours, groups = -(-layer.in_c // 4), -(-layer.out_c // GROUP)
        finish = (60 if self.shared else 90) + (0 if self.rounding is Rounding.RELU else 8)
        row = 80 + groups * (finish + 31 * fours + 3 * -(-fours // 2))
        row += 40 + 4 * (layer.out_c % GROUP) if layer.out_c % GROUP else 0
        return 40 + layer.out_h * layer.out_w * (row + (5 * layer.in_c if layer.in_c % 4 else 0))

    def scratch_bytes(self, layer: ConvLayer, target: Target) -> int:
        """A padded row, where rows are not whole words."""
        return -(-layer.in_c // 4) * 4 if layer.in_c % 4 else 0

    def params(self, layer: ConvLayer) -> ParamsArg:
        """``mcutk_fc_rows_dsp``."""
        made = channels(layer)
        assert made is not None
        return ParamsArg(
            "mcutk_fc_rows_dsp",
            (
                ("weights", pack_rows(layer, made)),
                ("scales", pack_scales(made)),
                ("rows", layer.out_h * layer.out_w),
                ("in_c", layer.in_c),
                ("out_c", layer.out_c),
                ("out_zero_point", layer.out_zero_point),
            ),
        )

    def overlap_slack(self, layer: ConvLayer) -> int | None:
        """Each group of channels reads the whole row, which may be overwritten from the last group on."""
        rows = layer.out_h * layer.out_w
        groups = -(-layer.out_c // GROUP)
        last = rows - 1
        early = (groups - 1) * GROUP  # bytes of a row written before its inputs are read for the last time
        return max(n * (layer.out_c - layer.in_c) + early for n in (0, last))


VARIANTS = tuple(
    DspFullyConnected(rounding, shared) for rounding in (Rounding.RELU, Rounding.LINEAR) for shared in (False, True)
)
add_conv_kernels(VARIANTS)
