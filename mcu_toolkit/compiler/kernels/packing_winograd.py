"""Shared by the Winograd kernel variants: which layers they compute exactly, transformed weights, permitted overlap.

Winograd's F(2x2, 3x3) with its matrix G doubled needs integers only, and gives 4 times the sums of the convolution.
With int8 inputs and weights the transformed values fit int16: |B^T d B| <= 4 * 128 and |(2G) w (2G)^T| <= 9 * 128. Sums
modulo 2^32 are exact if 4 times every sum of the convolution fits int32.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcu_toolkit.compiler.call import ConstArray
from mcu_toolkit.compiler.kernels.packing_dsp import GROUP, Channels, channel_scales, group_scales
from mcu_toolkit.compiler.layer import ConvKind, ConvLayer

#: 2 G of F(2, 3).
_TWICE_G = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]], np.int64)
#: Bound on the sums of the convolution.
SUM_BOUND = 1 << 29
#: Order of the rows and of the columns of transformed weights in the packing; see mcutk_winograd_tiles_dsp.h.
_ROWS = (1, 2, 3, 0)
_COLUMNS = (1, 0, 2, 3)
#: Outputs of a pair of tiles: rows, columns.
TALL, WIDE = 2, 4


#: Channels of a batch.
BATCHES = (4, 8, 16, 32)


def is_winograd(layer: ConvLayer) -> bool:
    """Whether the layer has the geometry of F(2x2, 3x3): a 3x3 kernel with stride 1 and no dilation."""
    square = (layer.kernel_h, layer.kernel_w, layer.stride_h, layer.stride_w) == (3, 3, 1, 1)
    return layer.kind is ConvKind.CONV and square and layer.dilation_h == layer.dilation_w == 1


def fits_batch(layer: ConvLayer, batch: int) -> bool:
    """Whether a variant with this batch is of use: the largest takes all that is left, a smaller one makes several."""
    return not batch or batch == BATCHES[-1] or batch < layer.out_c


def batch_of(layer: ConvLayer, batch: int) -> int:
    """Channels that are computed in one walk over the image; `batch` 0: all."""
    whole = -(-layer.out_c // GROUP) * GROUP
    return min(batch, whole) if batch else whole


def part_bytes(layer: ConvLayer, batch: int) -> int:
    """Scratch for the outputs of pairs that are not whole, of a batch of channels."""
    return 8 * batch if layer.out_w % WIDE or layer.out_c % GROUP else 0


def winograd_scales(made: Channels, any_rounding: bool) -> ConstArray:
    """``mcutk_winograd_scales`` of each group, or ``mcutk_winograd_scale`` of each channel."""
    if any_rounding:
        return replace(channel_scales(made), ctype="mcutk_winograd_scale")
    return replace(group_scales(made), ctype="mcutk_winograd_scales")


def grouped(layer: ConvLayer, made: Channels) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """4 * bias [groups, 4] and weights [groups * 4, 3, 3, in_c], zeros for channels beyond out_c."""
    missing = -layer.out_c % GROUP
    bias = np.pad(4 * made.bias, (0, missing)).reshape(-1, GROUP)
    weights = made.weights.reshape(layer.out_c, 3, 3, layer.in_c)
    return bias, np.pad(weights, ((0, missing), (0, 0), (0, 0), (0, 0)))


def pairs_of_tiles(layer: ConvLayer) -> int:
    """Pairs of tiles that cover the outputs."""
    return -(-layer.out_h // TALL) * -(-layer.out_w // WIDE)


def transformed_weights(weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Weights in Winograd's domain, in the order of the packing.

    Args:
        weights: [out_c, 3, 3, in_c].

    Returns:
        [16 positions, out_c, in_c]; position 4 * j + i has column `_COLUMNS[j]` and row `_ROWS[i]`, and rows 2 and 3
        are negated, so that the kernels only add.
    """
    whole = np.einsum("ia,oabc,jb->jioc", _TWICE_G, weights, _TWICE_G)
    whole[:, 2:] *= -1
    ordered = whole[np.array(_COLUMNS)][:, np.array(_ROWS)]
    return np.asarray(ordered.reshape(16, weights.shape[0], weights.shape[3]))


def winograd_slack(layer: ConvLayer) -> int:
    """Least ``input_address - output_address`` of a kernel that writes pairs of tiles in raster order.

    A pair is written once its inputs are in scratch. Later pairs of the two rows read from the seventh column of the
    pair on; those of the next rows read whole rows.
    """
    row, slack = layer.in_w * layer.in_c, -layer.in_h * layer.in_w * layer.in_c
    for y in range(0, layer.out_h, TALL):
        top = min(max(y - layer.pad_top, 0), layer.in_h)
        below = min(max(y + TALL - layer.pad_top, 0), layer.in_h)
        later = below * row if y + TALL < layer.out_h else layer.in_h * row
        last = min(y + TALL, layer.out_h) - 1
        for x in range(0, layer.out_w, WIDE):
            needed = later
            column = max(x + 6 - layer.pad_left, 0)
            if x + WIDE < layer.out_w and column < layer.in_w and top < layer.in_h:
                needed = min(needed, top * row + column * layer.in_c)
            if needed < layer.in_h * row:
                end = (last * layer.out_w + min(x + WIDE, layer.out_w)) * layer.out_c
                slack = max(slack, end - needed)
    return slack
